# The carrier corrects a scan under the same event id: the correction counts, once.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T10:00
scan ups 1Z7W4E590300010062 accepted event=e1 place=Newark,NJ,US eta=2026-11-20
at d2T10:00
scan ups 1Z7W4E590300010062 delivered event=e2 place=Chicago,IL,US changed=d2T10:00
expect #1020 class=delivered
at d2T11:00
scan ups 1Z7W4E590300010062 in_transit event=e2 at=d2T10:00 place=Chicago,IL,US changed=d2T11:00
expect #1020 class=on_track
expect #1020 parcel=1Z7W4E590300010062 scans=2
