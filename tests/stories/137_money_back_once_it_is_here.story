# What was sent back arrives: its money is proposed once, for its items and no others; a person approves; a second word changes nothing (R38, R80).
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug;PLATE*1:900:Plate"
fulfill #1020 items=MUG*1;PLATE*1 parcels=ups/1Z7W4E590300010062
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d3T12:00
return #1020 asked items=MUG*1
action #1020 none
at d3T13:00
return #1020 approved items=MUG*1 parcel=ups/1Z7W4E590300010071
action #1020 none
at d5T15:00
scan ups 1Z7W4E590300010071 in_transit place=Chicago,IL,US
action #1020 none
at d8T15:00
scan ups 1Z7W4E590300010071 delivered place=Newark,NJ,US
action #1020 1 refund state=proposed amount=1450
at d8T16:00
return #1020 inspected items=MUG*1 parcel=ups/1Z7W4E590300010071
action #1020 1 refund state=proposed
verdict approve 1 by=ines
at d9T16:00
return #1020 received source=portal return=RMA-7 items=MUG*1
action #1020 1 refund
