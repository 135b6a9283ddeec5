# Two warehouses, two parcels: each answered by itself, and the order says that one has come.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*2:1450:Blue mug;RUG*1:8900:Jute rug"
at d0T14:00
fulfill #1020 id=F1 items=MUG*2 parcels=ups/1Z7W4E590300010062 location=new-jersey
fulfill #1020 id=F2 items=RUG*1 parcels=fedex/712345678901 location=reno
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-18
scan fedex 712345678901 accepted place=Reno,NV,US eta=2026-11-20
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
scan fedex 712345678901 in_transit place=Omaha,NE,US
expect #1020 class=split_incomplete
expect #1020 parcel=1Z7W4E590300010062 class=delivered
expect #1020 parcel=712345678901 class=on_track
ask "#1020 anna@example.com" outcome=answered says="Parcel 2 of 2"
at d4T18:00
scan fedex 712345678901 delivered place=Chicago,IL,US
expect #1020 class=delivered
