# A new address needs a one-time code to the order's own contact; wrong and late codes look alike; then it is asked for (R47, R78, B28).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "I gave my old zip, change the address to 12 Oak Street, 60622 Chicago" from=anna@example.com channel=email
bot "code with six digits" outcome=asked not="12 Oak"
action #1020 none
types_code wrong
bot "not the code"
types_code
bot "I have asked for" outcome=acted
action #1020 2 change_address state=proposed
