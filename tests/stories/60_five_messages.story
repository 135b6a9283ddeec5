# An order without a problem: five messages at their times (R95 to R99). Chicago is at UTC-6.
messages on
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
message #1020 confirmation at=d0T15:00 says="Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-23
message #1020 shipped at=d0T20:10 says=1Z7W4E590300010062
at d2T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d3T16:00
scan ups 1Z7W4E590300010062 in_transit place=Gary,IN,US
at d6T16:00
scan ups 1Z7W4E590300010062 in_transit place=Chicago,IL,US
at d7T12:20
scan ups 1Z7W4E590300010062 out_for_delivery place=Chicago,IL,US
at d7T20:05
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d8T12:00
sent #1020 confirmation,shipped,midpoint,out_for_delivery,delivered
