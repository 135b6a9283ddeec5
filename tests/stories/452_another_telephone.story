# From another telephone the postal code is asked for, in the same words whether there is such an order or not.
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
says "1020" from=+442071838750 channel=voice unverified
bot "e-mail address or the postal code" outcome=asked not=Newark
says "60601"
bot "Newark" outcome=answered
says "7777" from=+442071838751 channel=voice unverified
bot "e-mail address or the postal code" outcome=asked
says "60601"
bot "could not find" not=Newark
