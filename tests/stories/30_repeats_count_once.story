# The same facts three times, in another order: one parcel, two scans.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T09:00
scan ups 1Z7W4E590300010062 in_transit at=d1T08:00 place=Columbus,OH,US
scan ups 1Z7W4E590300010062 accepted at=d0T22:00 place=Newark,NJ,US eta=2026-11-20
scan ups 1Z7W4E590300010062 in_transit at=d1T08:00 place=Columbus,OH,US
scan ups 1Z7W4E590300010062 accepted at=d0T22:00 place=Newark,NJ,US eta=2026-11-20
scan ups 1Z7W4E590300010062 accepted at=d0T22:00 place=Newark,NJ,US eta=2026-11-20
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062 created=d0T09:00 changed=d0T09:00
expect #1020 parcel=1Z7W4E590300010062 scans=2 class=on_track
expect #1020 sku=MUG sent=1 waiting=0
