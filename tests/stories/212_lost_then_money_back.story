# Money back after a loss that was told is told too.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d1T15:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d9T23:00
message #1020 presumed_lost
at d10T16:00
refund #1020 amount=1450 full
at d10T18:00
message #1020 solved at=d10T16:00
