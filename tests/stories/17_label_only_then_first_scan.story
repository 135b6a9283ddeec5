# Label, no scan: after four days it needs a word; the first scan clears it.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T14:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 label_created place=Newark,NJ,US synthetic
at d5T14:00
expect #1020 class=label_only
at d7T10:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-27
expect #1020 class=on_track history=label_only,on_track
