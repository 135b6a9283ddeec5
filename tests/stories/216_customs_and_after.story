# Customs is explained, and that it moves again after (R67).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d2T16:00
scan ups 1Z7W4E590300010062 exception place=Chicago,IL,US reason=customs_hold
message #1020 customs_hold at=d2T16:00 says=customs
at d3T18:00
scan ups 1Z7W4E590300010062 in_transit place=Chicago,IL,US
at d3T19:00
message #1020 moving_again at=d3T18:00
