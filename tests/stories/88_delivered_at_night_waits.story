# Delivered at 22:00 in Chicago, told at 08:00.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d2T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d4T04:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d4T05:00
message #1020 delivered state=planned why=quiet_hours
at d4T15:00
message #1020 delivered at=d4T14:00
