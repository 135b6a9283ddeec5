# Who does not want mail gets none, and the decision says so.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T16:00
optout #1020 email
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T12:00
sent #1020 confirmation
message #1020 shipped state=quiet why=no_channel
