# The shop calls everything fulfilled; the warehouse has picked one of two lines (R2).
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug;CLOCK*1:5900:Wall clock"
at d0T14:00
fulfill #1020 items=MUG*1;CLOCK*1 parcels=ups/1Z7W4E590300010062
fulfill #1020 id=w1 role=warehouse source=wms state=shipped items=MUG*1 parcels=ups/1Z7W4E590300010062
fulfill #1020 id=w2 role=warehouse source=wms state=open items=CLOCK*1
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
expect #1020 sku=MUG sent=1 waiting=0
expect #1020 sku=CLOCK sent=0 waiting=1
ask "order 1020, anna@example.com" outcome=answered says="Wall clock"
