# Delivered to the mailbox and not there: first where it may be, the inquiry at once, a person within a day throughout (R63).
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T15:00
scan ups 1Z7W4E590300010062 delivered reason=mailbox place=Chicago,IL,US
at d2T15:00
report #1020 not_received
waits #1020 hand_over rule=not-received-note due=+24h
waits #1020 wait rule=not-received-note
action #1020 1 carrier_inquiry state=approved
