# The same wish twice is one; what a parcel holds must be known before it is made good for.
start 2026-11-16T15:00:00Z
policy refund="{mode: auto}"
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 email=ben@example.com zip=60601 country=US items="MUG*1:1450:Blue mug;TEA*1:990:Tea"
fulfill #1021 items=MUG*1;TEA*1 parcels=ups/1Z7W4E590300010071,ups/1Z7W4E590300010080
at d1T15:00
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
request #1020 refund outcome=taken
request #1020 refund outcome=same reason=same
request #1021 refund parcel=1Z7W4E590300010071 outcome=person reason=no_items
