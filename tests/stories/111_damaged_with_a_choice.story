# Broken, and there is another one: the customer chooses, a person looks, and one of the two excludes the other (R73, R81).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
stock MUG 5
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 damaged place=Newark,NJ,US
waits #1020 offer rule=not-right-offer-both choices=reship,refund
request #1020 status outcome=choice
request #1020 reship outcome=approval
request #1020 refund outcome=person reason=compensated
waits #1020 offer state=overtaken
at d1T03:00
stock MUG 0
verdict approve 2 by=ann state=waiting
at d1T04:00
does 2 confirmed id=ORDER-9
action #1020 2 reship state=confirmed
request #1020 refund outcome=person reason=compensated
