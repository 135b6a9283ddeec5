# Damaged or wrong: a choice where there is stock, money where there is none, and a person looks at the picture (R74).
start 2026-11-16T15:00:00Z
policy
stock TEA 5
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 email=ben@example.com zip=60601 country=US items="TEA*1:990:Tea"
fulfill #1021 items=TEA*1 parcels=ups/1Z7W4E590300010071
order #1022 email=carl@example.com zip=60601 country=US items="TEA*1:990:Tea"
fulfill #1022 items=TEA*1 parcels=ups/1Z7W4E590300010080
at d1T15:00
scan ups 1Z7W4E590300010062 damaged place=Columbus,OH,US
scan ups 1Z7W4E590300010071 damaged place=Columbus,OH,US
scan ups 1Z7W4E590300010080 damaged place=Columbus,OH,US
waits #1020 offer rule=not-right-offer-refund choices=refund
waits #1021 offer rule=not-right-offer-both choices=reship,refund
request #1021 reship outcome=approval rule=not-right-reship
request #1022 refund outcome=approval rule=not-right-refund
policy refund="{mode: auto}"
order #1023 email=dora@example.com zip=60601 country=US items="TEA*1:990:Tea"
fulfill #1023 items=TEA*1 parcels=ups/1Z7W4E590300010099
scan ups 1Z7W4E590300010099 damaged place=Columbus,OH,US
request #1023 refund outcome=approval reason=rule
