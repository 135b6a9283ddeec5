# An order in three parcels without a trouble: at most seven messages, the last delivery among them.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="A*1:100:A;B*1:100:B;C*1:100:C"
at d0T16:00
fulfill #1020 id=F1 parcels=ups/1Z7W4E590300010062 items=A*1
at d1T16:00
fulfill #1020 id=F2 parcels=ups/1Z7W4E590300010071 items=B*1
at d2T16:00
fulfill #1020 id=F3 parcels=ups/1Z7W4E590300010080 items=C*1
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US
scan ups 1Z7W4E590300010071 accepted place=Newark,NJ,US
scan ups 1Z7W4E590300010080 accepted place=Newark,NJ,US
at d3T14:00
scan ups 1Z7W4E590300010062 out_for_delivery place=Chicago,IL,US
at d3T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
scan ups 1Z7W4E590300010071 in_transit place=Gary,IN,US
scan ups 1Z7W4E590300010080 in_transit place=Gary,IN,US
at d4T14:00
scan ups 1Z7W4E590300010071 out_for_delivery place=Chicago,IL,US
at d4T18:00
scan ups 1Z7W4E590300010071 delivered place=Chicago,IL,US
at d4T20:00
scan ups 1Z7W4E590300010080 out_for_delivery place=Chicago,IL,US
at d4T22:00
scan ups 1Z7W4E590300010080 delivered place=Chicago,IL,US
at d5T00:00
sent #1020 confirmation,shipped,shipped,shipped,out_for_delivery,partly_delivered,delivered
message #1020 out_for_delivery state=quiet why=enough
