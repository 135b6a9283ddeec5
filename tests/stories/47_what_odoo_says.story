# Storefront and Odoo hold one order: a line less there, a picking that is not done, and agreement at the end (R17, C12).
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*2:1450:Blue mug;CLOCK*1:5900:Wall clock"
order S00042 ref=#1020 role=back_office source=odoo name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*2:1450:Blue mug;CLOCK*1:5900:Wall clock"
expect #1020 class=awaiting_fulfillment
at d0T10:00
order S00042 ref=#1020 role=back_office source=odoo name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*2:1450:Blue mug" placed=d0T09:00
expect #1020 class=data_conflict conflict=CLOCK
at d0T11:00
order S00042 ref=#1020 role=back_office source=odoo name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*2:1450:Blue mug;CLOCK*1:5900:Wall clock" placed=d0T09:00
expect #1020 class=awaiting_fulfillment
at d0T14:00
fulfill S00042 id=p77 role=warehouse source=odoo state=shipped items=MUG*2 parcels=ups/1Z7W4E590300010062
fulfill S00042 id=p78 role=warehouse source=odoo state=open items=CLOCK*1
expect #1020 sku=MUG sent=2 waiting=0
at d0T15:00
fulfill #1020 items=MUG*2;CLOCK*1 parcels=ups/1Z7W4E590300010062
expect #1020 class=data_conflict conflict="has not picked it"
at d0T18:00
fulfill S00042 id=p78 role=warehouse source=odoo state=shipped items=CLOCK*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
expect #1020 class=on_track
