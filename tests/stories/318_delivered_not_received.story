# "It says delivered, I have nothing": a report, an inquiry at once, a person within a day; said once (R63, R124).
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
says "it says delivered but I got nothing" from=anna@example.com channel=email
bot "sorry" "you told us that it did not come" outcome=acted
expect #1020 class=delivered_not_received
action #1020 1 carrier_inquiry state=approved
waits #1020 hand_over rule=not-received-wait due=+24h
