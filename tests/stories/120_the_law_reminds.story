# Switched on, the clock of 16 CFR 435 runs: may cancel, renewed notice, money back; off, it says nothing (R188).
start 2026-11-02T15:00:00Z
policy us_mail_order=on
order #1020 email=anna@example.com promised=2026-11-06 city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 id=W1 items=MUG*1 state=open role=warehouse source=wms
order #1021 email=ben@example.com promised=2026-11-06 city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d5T15:00
at d6T15:00
waits #1020 offer rule=law-option-notice choices=cancel
at d28T15:00
waits #1020 hand_over rule=law-consent
at d35T15:00
waits #1020 hand_over rule=law-refund
action #1020 1 cancel state=proposed
request #1021 cancel outcome=person reason=picked
