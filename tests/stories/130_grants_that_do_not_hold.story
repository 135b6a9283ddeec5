# Not granted, ended, for other classes, for a share of the orders, with a person (C19, B20).
start 2026-11-16T15:00:00Z
policy refund=off
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T15:00
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
request #1020 refund try outcome=person reason=off
policy refund="{mode: auto, until: 2026-11-16}"
request #1020 refund try outcome=person reason=expired
policy refund="{mode: auto, classes: [damaged]}"
request #1020 refund try outcome=person reason=class
policy refund="{mode: auto, share: 0}"
request #1020 refund try outcome=approval reason=share
policy refund="{mode: suggest}"
request #1020 refund try outcome=approval reason=suggest
policy refund="{mode: auto, auto_up_to: 10.00}"
request #1020 refund try outcome=approval reason=auto_up_to
policy refund="{mode: auto, two_persons_above: 10.00}"
request #1020 refund try outcome=approval reason=two_persons
policy refund="{mode: auto}"
request #1020 refund confidence=95 try outcome=taken
request #1020 refund confidence=90 proof=none try outcome=prove reason=proof
policy refund="{mode: auto, confidence: 99}"
request #1020 refund confidence=95 try outcome=confirm reason=confidence
