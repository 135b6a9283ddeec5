# An order goes its way: prepared, handed over, moving, and the answer names place and day.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*2:1450:Blue mug"
expect #1020 class=awaiting_fulfillment
at d1T15:00
fulfill #1020 items=MUG*2 parcels=ups/1Z7W4E590300010062
at d1T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
at d2T12:00
scan ups 1Z7W4E590300010062 in_transit place=Harrisburg,PA,US
expect #1020 class=on_track says=Harrisburg
ask "where is my stuff? #1020 anna@example.com" outcome=answered says=Harrisburg
