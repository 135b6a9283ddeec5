# Three working days pass and nothing has left; then it does, and the flag clears.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d2T12:00
expect #1020 class=awaiting_fulfillment
at d4T12:00
expect #1020 class=fulfillment_late
at d4T14:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d4T20:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
expect #1020 class=on_track history=awaiting_fulfillment,fulfillment_late,on_track
