# It was told that it stands still, so it is told that it moves (B47); the promise is kept by that.
messages
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d1T15:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d3T17:00
message #1020 silent at=d3T15:00
scan ups 1Z7W4E590300010062 in_transit place=Gary,IN,US
message #1020 moving_again at=d3T17:00 says="moves again"
at d5T00:00
sent #1020 confirmation,shipped,silent,moving_again
