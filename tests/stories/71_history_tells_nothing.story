# What an import learned is never told, and not later either; what comes live afterwards is.
messages
start 2026-11-16T15:00:00Z
history begins
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-18
history ends
at d1T12:00
sent #1020 nothing
scan ups 1Z7W4E590300010062 out_for_delivery place=Chicago,IL,US
at d1T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d2T12:00
sent #1020 out_for_delivery,delivered
