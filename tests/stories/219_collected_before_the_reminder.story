# Collected in time: no reminder, but that it was delivered.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d2T16:00
scan ups 1Z7W4E590300010062 available_for_pickup place=Chicago,IL,US pickup_until=2026-11-25
at d3T16:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d9T20:00
sent #1020 confirmation,shipped,pickup_waiting,delivered
