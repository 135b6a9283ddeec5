# A message that the rules do not send (R105).
messages off=midpoint
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d4T12:00
scan ups 1Z7W4E590300010062 in_transit place=Gary,IN,US
at d6T12:00
message #1020 midpoint state=quiet why=rule_off
