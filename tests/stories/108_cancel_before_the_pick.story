# Cancelled while the warehouse has not picked it; afterwards it is a person's, and unknown counts as picked (R79).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1021 items=MUG*1 state=picked role=warehouse
order #1022 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
request #1020 cancel proof=none outcome=prove
request #1020 cancel outcome=approval
action #1020 1 cancel state=proposed amount=1450
request #1021 cancel outcome=person
waits #1021 hand_over rule=cancel-too-late due=+4h
request #1022 cancel outcome=person
waits #1022 hand_over rule=cancel-too-late
at d1T15:00
verdict decline 1 by=ann why="it is sent already" state=cancelled
request #1020 cancel outcome=same state=cancelled
