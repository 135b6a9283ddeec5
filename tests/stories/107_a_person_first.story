# Illness and threats, the wish for a person, a disputed payment, an unsure reading: a person, before anything else (R174, R94, R185, R90).
start 2026-11-16T15:00:00Z
policy refund="{mode: auto}"
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
request #1020 refund sensitive outcome=person
waits #1020 hand_over rule=sensitive due=+4h
request #1020 person outcome=person
waits #1020 hand_over rule=asked-for-a-person due=+24h
request #1020 person outcome=person
request #1020 refund confidence=60 outcome=person
waits #1020 hand_over rule=unsure
action #1020 1 carrier_claim state=proposed
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug" financial=disputed
waits #1021 hand_over rule=disputed due=+24h
request #1021 refund outcome=person
action #1021 none
