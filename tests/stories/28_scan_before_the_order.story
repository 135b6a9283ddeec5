# The carrier is faster than the shop: the scan waits for its order and is joined.
start 2026-11-16T09:00:00Z
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T13:00
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
expect #1020 class=on_track
expect #1020 parcel=1Z7W4E590300010062 scans=1
