# Lost, and there is stock: the customer has the choice; who takes the replacement gets no money besides (R81).
start 2026-11-16T15:00:00Z
policy
stock MUG 5
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T15:00
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
waits #1020 offer rule=lost-offer-both choices=reship,refund
request #1020 reship outcome=approval rule=lost-reship
request #1020 refund outcome=person reason=compensated
