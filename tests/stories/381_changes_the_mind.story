# First a replacement, then the money: one of the two, a person sees the second (B: never both).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
stock MUG 10
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d3T12:00
says "the mug arrived broken" from=anna@example.com channel=email
bot choices=3
says "1"
bot "replacement" outcome=acted
says "no wait, I want my money back instead, please refund me"
bot outcome=handed
action #1020 2 reship state=proposed
