# What Wismo cannot do is passed on, and said so.
start 2026-11-16T15:00:00Z
policy start_return=off
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
stock MUG 10
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d3T12:00
says "I would like to return my order, it does not fit" from=anna@example.com channel=email
bot "cannot send something back from here" "passed it to a person" hands_over
