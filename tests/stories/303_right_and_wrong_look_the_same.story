# A wrong e-mail and an order that does not exist get the same words; the third miss goes to a person.
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
says "where is order #1020? eve@example.com" from=visitor-1 channel=chat unverified
bot "could not find an order that matches" not=Newark
says "where is order #9999? anna@example.com"
bot "could not find an order that matches" not=Newark
says "#1020 zip 10115 bob@example.com"
bot "could not find" "person of our team" hands_over outcome=handed
