# Another currency, an unknown amount, money given back elsewhere, cash on delivery: nobody pays by guess (R11, R165).
start 2026-11-16T15:00:00Z
policy refund="{mode: auto}"
order #1020 email=anna@example.com currency=EUR city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 email=ben@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010071
order #1022 email=carl@example.com cod city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1022 items=MUG*1 parcels=ups/1Z7W4E590300010080
order #1023 email=dora@example.com zip=60601 country=US items="MUG*2:1450:Blue mug;TEA*1:990:Tea"
fulfill #1023 id=F1 items=MUG*2 parcels=ups/1Z7W4E590300010099
fulfill #1023 id=F2 items=TEA*1 parcels=ups/1Z7W4E590300010106
at d1T15:00
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010080 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010099 lost place=Columbus,OH,US
order #1024 email=emil@example.com zip=60601 country=US items="MUG*1;TEA*1"
fulfill #1024 id=F1 items=MUG*1 parcels=ups/1Z7W4E590300010115
fulfill #1024 id=F2 items=TEA*1 parcels=ups/1Z7W4E590300010124
scan ups 1Z7W4E590300010115 lost place=Columbus,OH,US
request #1024 refund outcome=person reason=amount
request #1020 refund outcome=person reason=currency
request #1022 refund outcome=person reason=cod
refund #1021 refund=R1 amount=500 currency=USD
request #1021 refund outcome=person reason=outside_refund
refund #1023 refund=R2 items=TEA*1 amount=2500 currency=USD
request #1023 refund outcome=person reason=overpaid
