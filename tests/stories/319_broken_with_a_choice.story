# Broken: the policy offers a replacement or the money; the choice is carried on (R73, R81).
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
says "the mug arrived completely broken" from=anna@example.com channel=email
bot "reported as damaged" "You can choose" choices=3 choice=refund choice=replacement
expect #1020 class=damaged
says "a replacement please"
bot "replacement" outcome=acted
action #1020 2 reship state=proposed
