# What a colleague declined is told as it is.
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "cancel my order" from=anna@example.com channel=email
bot "I have asked for"
at +1h
verdict decline 1 by=ann why="it is packed" state=cancelled
says "is my order cancelled? please cancel my order"
bot "was not possible"
