# The address is changed by telephone: a code goes to the order's own contact and is typed.
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "I gave my old zip, change the address to 12 Oak Street, 60622 Chicago" from=+13125550142 channel=voice
bot "press the pound key" outcome=asked not="write it here"
types_code
bot "I have asked for" outcome=acted
action #1020 2 change_address state=proposed
