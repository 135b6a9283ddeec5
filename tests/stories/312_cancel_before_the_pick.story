# A wish becomes a request to the policy: here a person confirms it, and the same wish again is the same request (R79).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "please cancel my order" from=anna@example.com channel=email
bot "I have asked for cancelling the order" outcome=acted
action #1020 1 cancel state=proposed amount=1450
says "did you cancel it? cancel my order please!"
bot "You asked for cancelling the order before" not="I have asked"
