# Five working days without movement.
start 2026-11-02T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US
at d1T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d10T10:00
expect #1020 class=presumed_lost
