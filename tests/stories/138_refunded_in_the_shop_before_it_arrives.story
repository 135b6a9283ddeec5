# The shop gave the money back before the parcel came in: nothing is paid for it again; and what was sent anew is not paid for either.
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug;PLATE*1:900:Plate"
fulfill #1020 items=MUG*1;PLATE*1 parcels=ups/1Z7W4E590300010062
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d3T13:00
return #1020 approved items=MUG*1 parcel=ups/1Z7W4E590300010071
at d4T13:00
refund #1020 refund=R1 amount=1450 currency=USD items=MUG*1
at d8T15:00
scan ups 1Z7W4E590300010071 delivered place=Newark,NJ,US
action #1020 none
waits #1020 nothing
