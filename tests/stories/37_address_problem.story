# The address cannot be served: urgent, since the parcel may still be stopped (R66).
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-19
at d2T16:00
scan ups 1Z7W4E590300010062 exception place=Chicago,IL,US reason=address_issue
expect #1020 class=address_problem
