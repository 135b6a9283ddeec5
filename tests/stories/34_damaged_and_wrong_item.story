# The carrier reports damage; another customer got something else.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1021 email=ben@example.com zip=73301 country=US items="TEA*1:990:Tea"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
fulfill #1021 items=TEA*1 parcels=fedex/712345678901
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US
scan fedex 712345678901 accepted place=Newark,NJ,US
at d2T09:00
scan ups 1Z7W4E590300010062 damaged place=Columbus,OH,US
expect #1020 class=damaged
scan fedex 712345678901 delivered place=Austin,TX,US
at d2T20:00
report #1021 wrong_item
expect #1021 class=wrong_item
