# The silence is too long at 01:00 UTC, 19:00 in Chicago of the day before; a delay found at night waits until 08:00 there.
messages quiet_from=18:00
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d1T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d3T03:00
scan ups 1Z7W4E590300010062 in_transit place=Gary,IN,US
at d5T03:30
expect #1020 class=stuck
message #1020 silent state=planned why=quiet_hours
at d5T14:00
message #1020 silent at=d5T14:00 says="clear update by"
