# What was done is told as done.
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "cancel my order" from=anna@example.com channel=email
bot "I have asked for"
at +1h
verdict approve 1 by=ann state=waiting
says "cancel my order now please"
bot "under way"
