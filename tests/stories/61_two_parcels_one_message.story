# Two labels within ten minutes are one message, ten minutes after the first (R96 allows an hour).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug;TEA*1:990:Tea"
at d0T20:00
fulfill #1020 id=F1 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T20:06
fulfill #1020 id=F2 items=TEA*1 parcels=ups/1Z7W4E590300010071
at d0T21:30
message #1020 shipped at=d0T20:10 says="in 2 parcels"
sent #1020 confirmation,shipped
