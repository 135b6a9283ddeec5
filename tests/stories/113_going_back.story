# On its way back, and back: caught early, a choice for who has paid, nothing for who has not (R65, R167).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 name="Asha Exemple" email=asha@example.com city=Pune region=MH zip=411001 country=IN currency=USD items="MUG*1:1450:Blue mug" cod
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010071
at d1T15:00
scan ups 1Z7W4E590300010062 returning place=Chicago,IL,US
waits #1020 hand_over rule=going-back due=+24h
at d4T15:00
scan ups 1Z7W4E590300010062 returned place=Newark,NJ,US
scan ups 1Z7W4E590300010071 returned place=Newark,NJ,US
waits #1020 hand_over rule=going-back state=overtaken
waits #1020 hand_over rule=back due=+24h
waits #1020 offer rule=back choices=refund
waits #1021 hand_over rule=back-unpaid
action #1021 none
