# Two refunds of a customer in ninety days; the third goes to a person. What was refused gives its room back.
start 2026-11-16T15:00:00Z
policy refund="{mode: auto, per_customer_count: 2, customer_days: 90}"
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1021 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1022 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010071
fulfill #1022 items=MUG*1 parcels=ups/1Z7W4E590300010080
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010080 lost place=Columbus,OH,US
request #1020 refund outcome=taken
request #1021 refund outcome=taken
request #1022 refund outcome=person reason=per_customer
does 4 refused
waits #1020 hand_over
request #1022 refund outcome=taken
request #1020 refund outcome=same state=refused
