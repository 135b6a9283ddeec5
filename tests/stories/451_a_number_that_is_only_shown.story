# A number that nobody vouches for is one detail; typed figures are the other (B28).
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
says "where is my order" from=+13125550142 channel=voice unverified
bot "what is the order number" outcome=asked not=Newark
says "1020" from=+13125550142 channel=voice unverified thread=voice-+13125550142
bot "Newark" outcome=answered
