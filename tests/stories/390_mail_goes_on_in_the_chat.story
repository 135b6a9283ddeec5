# A mail first, the chat of the same customer next: the wish that waits is known (R48).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "please cancel my order" from=anna@example.com channel=email
bot "I have asked for"
says "did you see that I want to cancel my order?" from=anna@example.com channel=chat
bot "You asked for cancelling the order before"
talks 1
