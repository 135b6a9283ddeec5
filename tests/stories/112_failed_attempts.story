# Nobody there: the customer chooses; the third time, cash on delivery and a refusal go to a person (R76, R166, R167).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 name="Asha Exemple" email=asha@example.com city=Pune region=MH zip=411001 country=IN currency=USD items="MUG*1:1450:Blue mug" cod
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010071
order #1022 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1022 items=MUG*1 parcels=ups/1Z7W4E590300010080
at d1T15:00
scan ups 1Z7W4E590300010062 attempt_failed place=Chicago,IL,US reason=recipient_unavailable
scan ups 1Z7W4E590300010071 attempt_failed place=Pune,MH,IN reason=recipient_unavailable
scan ups 1Z7W4E590300010080 attempt_failed place=Chicago,IL,US reason=refused
waits #1020 offer rule=attempt choices=reattempt,pickup_redirect
waits #1021 offer rule=cash-attempt choices=reattempt
waits #1021 hand_over rule=cash-attempt due=+4h
waits #1022 hand_over rule=refused due=+4h
request #1020 reattempt proof=none outcome=prove
request #1020 reattempt detail=2026-11-19 outcome=approval
action #1020 1 reattempt state=proposed
request #1020 reattempt detail=2026-11-19 outcome=same state=proposed
at d2T15:00
scan ups 1Z7W4E590300010062 attempt_failed place=Chicago,IL,US reason=recipient_unavailable
at d3T15:00
scan ups 1Z7W4E590300010062 attempt_failed place=Chicago,IL,US reason=recipient_unavailable
waits #1020 hand_over rule=third-attempt due=+4h
