# Lost: the choice is offered, a claim is proposed; the refund that the customer takes is proposed, approved and done once (R74, R81).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
waits #1020 nothing
action #1020 none
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US
at d2T12:00
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
expect #1020 class=lost
waits #1020 offer rule=lost-offer-refund choices=refund
action #1020 1 carrier_claim state=proposed
request #1020 refund try proof=none outcome=prove
request #1020 refund proof=none outcome=prove reason=proof
request #1020 refund confidence=95 try outcome=approval
request #1020 refund confidence=95 outcome=approval state=proposed
action #1020 2 refund state=proposed amount=1450
request #1020 refund outcome=same state=proposed
waits #1020 offer state=overtaken
verdict approve 2 by=ann state=waiting
verdict approve 2 by=ben state=waiting
request #1020 refund outcome=same state=waiting
at d2T12:20
verdict undo 2 by=ann why="wrong customer" state=cancelled
request #1020 refund outcome=same state=cancelled
request #1020 refund by=ann repeat outcome=approval
action #1020 3 refund state=proposed amount=1450
verdict approve 3 by=ann state=waiting
at d2T13:00
does 3 confirmed id=gid-9
action #1020 3 refund state=confirmed
request #1020 refund outcome=same state=confirmed
request #1020 reship outcome=same state=confirmed
refund #1020 refund=gid-9 amount=1450
action #1020 3 refund state=confirmed
