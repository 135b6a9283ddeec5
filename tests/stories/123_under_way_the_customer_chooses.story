# A pickup point while it is under way, another attempt after one that failed (R82, R83).
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T15:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
request #1020 pickup_redirect detail=P1 proof=order_and_contact outcome=prove
request #1020 pickup_redirect detail=P1 proof=one_time_code outcome=approval rule=pickup-point
at d2T15:00
scan ups 1Z7W4E590300010062 attempt_failed reason=recipient_unavailable place=Chicago,IL,US
request #1020 reattempt detail=2026-11-20 outcome=approval rule=another-attempt
action #1020 2 reattempt state=proposed
