# No address in the words: it is asked for once, then the code, then the change.
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "can you change the delivery address?" from=anna@example.com channel=email
bot "What is the new address" outcome=asked
says "12 Oak Street, 60622 Chicago"
bot "code with six digits"
types_code
bot "I have asked for"
