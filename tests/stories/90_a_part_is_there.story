# One of two parcels is there: which one, and that the rest is on its way; then the whole (R64).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062,ups/1Z7W4E590300010071
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
scan ups 1Z7W4E590300010071 accepted place=Newark,NJ,US eta=2026-11-20
at d2T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
scan ups 1Z7W4E590300010071 in_transit place=Columbus,OH,US
at d3T20:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d3T21:00
message #1020 partly_delivered at=d3T20:10 says="rest is on its way"
at d4T18:00
scan ups 1Z7W4E590300010071 delivered place=Chicago,IL,US
at d4T20:00
message #1020 delivered at=d4T18:10
