# A note that comes after the delivery does not reopen it.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US
at d2T19:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d2T21:00
scan ups 1Z7W4E590300010062 info code=survey
expect #1020 class=delivered
