# One action, an order, a day: what is over the limit goes to a person, also with approval (C8).
start 2026-11-16T15:00:00Z
policy refund="{mode: auto, per_action: 14.00}"
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug;TEA*1:990:Tea"
fulfill #1020 id=F1 items=MUG*1 parcels=ups/1Z7W4E590300010062
fulfill #1020 id=F2 items=TEA*1 parcels=ups/1Z7W4E590300010071
order #1021 email=ben@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010080
at d1T15:00
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010080 lost place=Columbus,OH,US
request #1021 refund try outcome=person reason=per_action
policy refund="{mode: auto, per_order_count: 1, per_day: 20.00}"
request #1020 refund parcel=1Z7W4E590300010062 outcome=taken
request #1020 refund parcel=1Z7W4E590300010071 outcome=person reason=per_order
request #1021 refund outcome=person reason=per_day
at d2T15:00
request #1021 refund outcome=taken
