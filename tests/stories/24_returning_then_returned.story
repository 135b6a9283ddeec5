# Refused at the door, and back at the warehouse a week later.
start 2026-11-02T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US
at d2T19:00
scan ups 1Z7W4E590300010062 attempt_failed place=Chicago,IL,US reason=refused
at d3T09:00
scan ups 1Z7W4E590300010062 returning place=Chicago,IL,US reason=refused
expect #1020 class=returning
at d8T09:00
scan ups 1Z7W4E590300010062 returned place=Newark,NJ,US
expect #1020 class=returned
