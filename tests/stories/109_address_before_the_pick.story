# Another address: with a one-time code, before the pick; under way the carrier is asked, and a person within the hour (R47, R66, R78).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
request #1020 change_address proof=order_and_contact outcome=prove
request #1020 change_address proof=one_time_code outcome=approval
action #1020 1 hold_fulfillment state=proposed
action #1020 2 change_address state=proposed
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US
request #1021 change_address proof=one_time_code outcome=approval
waits #1021 hand_over rule=address-under-way due=+1h
action #1021 3 reroute state=proposed
