# The next channel in order is taken where the first is not wanted.
messages channels=email,webhook
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
optout #1020 email
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T21:00
message #1020 shipped channel=webhook at=d0T20:10
