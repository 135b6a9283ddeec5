# What has not left on the morning of the promised day, and what is not out with the driver on its evening, is told before it is late.
messages
start 2026-11-16T15:00:00Z
stock LAMP 0
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="LAMP*1:2900:Lamp" promised=2026-11-19
order #1021 email=ben@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Mug" promised=2026-11-19
at d0T16:00
fulfill #1021 parcels=ups/1Z7W4E590300010062 items=MUG*1
order #1022 email=cem@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Mug" promised=2026-11-19
at d0T20:00
fulfill #1022 parcels=ups/1Z7W4E590300010071 items=MUG*1
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US
scan ups 1Z7W4E590300010071 accepted place=Newark,NJ,US
at d2T14:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
scan ups 1Z7W4E590300010071 in_transit place=Gary,IN,US
at d3T14:00
scan ups 1Z7W4E590300010071 out_for_delivery place=Chicago,IL,US
at d3T16:00
message #1020 backordered at=d0T16:00
message #1020 fulfillment_late at=d3T15:00 says="will not arrive on Thursday, November 19"
at d4T03:00
message #1021 delay at=d4T00:00 says="will not arrive on Thursday, November 19"
sent #1021 confirmation,shipped,delay
# the one that is with the driver may still come: nothing more is said that day
sent #1022 confirmation,shipped,out_for_delivery
