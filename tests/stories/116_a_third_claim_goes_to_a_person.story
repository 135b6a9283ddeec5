# The customer's own claims are counted: two in a year are let pass, with the third a person looks first (R86, the rule many-claims).
start 2026-11-16T15:00:00Z
policy refund="{mode: suggest, max_claims: 1}"
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010071
order #1022 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1022 items=MUG*1 parcels=ups/1Z7W4E590300010080
order #1023 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1023 items=MUG*1 parcels=ups/1Z7W4E590300010099
order #1030 email=ben@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1030 items=MUG*1 parcels=ups/1Z7W4E590300010106
at d1T15:00
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010080 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010106 lost place=Columbus,OH,US
request #1020 refund outcome=approval
request #1021 refund outcome=approval
request #1022 refund outcome=person reason=claims
request #1030 refund outcome=approval
at d2T15:00
scan ups 1Z7W4E590300010099 lost place=Columbus,OH,US
waits #1023 hand_over rule=many-claims
