# The night is the customer's: 23:00 in Tokyo is 14:00 UTC.
messages
start 2026-11-16T09:00:00Z
order #1020 email=anna@example.com city=Tokyo zip=100-0001 country=JP items="MUG*1:1450:Blue mug"
at d0T14:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T15:00
message #1020 shipped state=planned why=quiet_hours
at d1T00:00
message #1020 shipped at=d0T23:00
