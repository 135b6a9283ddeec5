# Two orders of one customer leave in one box.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1021 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Tea"
at d0T14:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
fulfill #1021 items=TEA*1 parcels=ups/1Z7W4E590300010062
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
expect #1020 class=on_track
expect #1021 class=on_track
at d3T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
expect #1020 class=delivered
expect #1021 class=delivered
