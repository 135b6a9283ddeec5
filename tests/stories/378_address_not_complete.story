# Half an address is asked for once, then a person helps.
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "change my address please" from=anna@example.com channel=email
bot "What is the new address"
says "somewhere in Boston"
bot hands_over outcome=handed
