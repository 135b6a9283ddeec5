# A label at 21:30 in Chicago is told at 08:00 there.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T03:30
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T05:00
message #1020 shipped state=planned why=quiet_hours
at d1T16:00
message #1020 shipped at=d1T14:00
