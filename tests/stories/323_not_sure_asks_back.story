# An acting wish that is not sure enough is confirmed first; "no" leaves it.
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "where is it and can i get a refund" from=anna@example.com channel=email
bot "shall I arrange a refund" choices=2 outcome=asked
says "no"
bot "leave it as it is"
action #1020 none
