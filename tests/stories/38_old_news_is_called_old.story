# Eight hours without a word from the carrier: the answer says how old its news is (C13).
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
at d0T23:00
ask "#1020 anna@example.com" outcome=answered not="newest information"
at d1T07:00
ask "#1020 anna@example.com" outcome=answered says="9 hours old"
