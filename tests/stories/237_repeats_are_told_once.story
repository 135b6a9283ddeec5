# The same scan by webhook and by poll, twice each: one message.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d2T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d3T20:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US event=e9
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US event=e9
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US event=e9
at d3T21:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US event=e9 at=d3T20:00
at d4T20:00
sent #1020 confirmation,shipped,delivered
