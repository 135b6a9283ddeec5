# Who wants no calls gets none, and is told otherwise (R113).
messages channels=voice,email
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com phone=+13125550142 city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
message #1020 confirmation channel=voice at=d0T15:00
optout #1020 voice
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T20:00
message #1020 shipped channel=email
