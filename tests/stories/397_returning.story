# Going back: what it means, and that people have it (R65).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
at d3T15:00
scan ups 1Z7W4E590300010062 returning place=Newark,NJ,US reason=address_issue
says "where is my order?" from=anna@example.com channel=email
bot "on its way back"
