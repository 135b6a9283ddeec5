# Friday noon to Monday noon is one working day, not three: nothing is stuck.
start 2026-11-19T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T17:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-25
at d4T12:00
expect #1020 class=on_track
