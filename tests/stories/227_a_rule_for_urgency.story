# What needs the customer goes by text message, the rest by e-mail (R113).
messages channels=email
rule message=attempt_failed channels=sms
rule message=pickup_reminder channels=sms
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d2T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d3T18:00
scan ups 1Z7W4E590300010062 attempt_failed place=Chicago,IL,US reason=recipient_unavailable
message #1020 attempt_failed channel=sms at=d3T18:00
message #1020 shipped channel=email
