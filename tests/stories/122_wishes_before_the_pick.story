# Cancelling and another address while nothing is packed; then it is too late (R78).
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 id=W1 items=MUG*1 state=open role=warehouse source=wms
request #1020 cancel try outcome=approval rule=cancel-before-pick
request #1020 change_address proof=one_time_code try outcome=approval rule=address-before-pick
at d0T18:00
fulfill #1020 id=W1 items=MUG*1 state=picked role=warehouse source=wms
request #1020 cancel outcome=person rule=cancel-too-late
