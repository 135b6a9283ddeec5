# Italian: delivered and not there.
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
says "risulta consegnato ma non ho ricevuto niente" from=anna@example.com channel=email
bot "#1020" lang=it outcome=acted
expect #1020 class=delivered_not_received
