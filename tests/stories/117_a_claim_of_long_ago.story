# Claims count for a year; what the customer said of an order counts like what was asked for.
start 2025-10-01T15:00:00Z
policy refund="{mode: suggest, max_claims: 0}"
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T15:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
report #1020 not_received
at d300T15:00
order #1021 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010071
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
request #1021 refund outcome=person reason=claims
at d400T15:00
order #1022 email=ben@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1022 items=MUG*1 parcels=ups/1Z7W4E590300010080
scan ups 1Z7W4E590300010080 lost place=Columbus,OH,US
request #1022 refund outcome=approval
at 2027-12-20T15:00:00Z
order #1024 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1024 items=MUG*1 parcels=ups/1Z7W4E590300010106
scan ups 1Z7W4E590300010106 lost place=Columbus,OH,US
request #1024 refund outcome=approval
