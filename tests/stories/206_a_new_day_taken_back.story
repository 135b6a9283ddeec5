# The day moves back before the second message goes out: nothing is left to say.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US promised=2026-11-20 items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
at d2T16:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US eta=2026-11-23
at d2T19:00
scan ups 1Z7W4E590300010062 in_transit place=Gary,IN,US eta=2026-11-25
at d2T22:00
scan ups 1Z7W4E590300010062 in_transit place=Gary,IN,US eta=2026-11-23 event=x1
at d4T00:00
message #1020 delay state=withdrawn
sent #1020 confirmation,shipped,delay
