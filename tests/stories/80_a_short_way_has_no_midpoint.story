# Three days on the way: no message half way (R97).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-19
at d2T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d3T14:30
scan ups 1Z7W4E590300010062 out_for_delivery place=Chicago,IL,US
at d3T20:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d5T12:00
sent #1020 confirmation,shipped,out_for_delivery,delivered
