# It says delivered, and it is not there: the inquiry at once, a person within a day throughout, the claim after three days (R63, R124).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
waits #1020 nothing
at d3T12:00
report #1020 not_received
expect #1020 class=delivered_not_received
action #1020 1 carrier_inquiry state=approved
waits #1020 hand_over rule=not-received-wait due=+24h
waits #1020 wait rule=not-received-wait
request #1020 refund outcome=person
at d4T13:00
waits #1020 hand_over rule=not-received-wait missed
at d6T13:00
waits #1020 hand_over rule=not-received
action #1020 2 carrier_claim state=proposed
