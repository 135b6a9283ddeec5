# After fifteen minutes the right code is too late.
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "change the address to 12 Oak Street, 60622 Chicago" from=anna@example.com channel=email
bot "code with six digits"
at +20m
types_code
bot "not the code"
action #1020 none
