# No scan for two working days, then the parcel moves on: the flag opens and clears (C10).
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d1T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d3T09:00
expect #1020 class=on_track
at d3T16:00
expect #1020 class=stuck
ask "1020 anna@example.com" outcome=answered says=Columbus
at d4T09:00
scan ups 1Z7W4E590300010062 in_transit place=Gary,IN,US
expect #1020 class=on_track history=on_track,stuck,on_track
