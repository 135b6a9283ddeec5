# A weather exception is called by its name (R69).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US promised=2026-11-20 items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
at d2T16:00
scan ups 1Z7W4E590300010062 exception place=Columbus,OH,US reason=weather eta=2026-11-23
message #1020 delay at=d2T16:00 says=weather
