# A plate is added after the mugs have left: the answer says what has left and what has not.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*2:1450:Blue mug"
at d0T14:00
fulfill #1020 items=MUG*2 parcels=ups/1Z7W4E590300010062
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
at d1T09:00
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*2:1450:Blue mug;PLATE*1:1850:White plate" placed=d0T09:00
expect #1020 sku=MUG sent=2 waiting=0
expect #1020 sku=PLATE sent=0 waiting=1
ask "#1020 60601 has everything been sent?" outcome=answered says="White plate"
