# Longer in customs than the limit: a person takes it, not before (R67).
messages
start 2026-11-16T15:00:00Z
policy us_mail_order=off
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-12-24
at d2T16:00
scan ups 1Z7W4E590300010062 exception place=Chicago,IL,US reason=customs_hold
at d9T15:00
sent #1020 confirmation,shipped,customs_hold
waits #1020 nothing
at d9T20:00
sent #1020 confirmation,shipped,customs_hold,customs_hold
waits #1020 hand_over rule=customs-long
