# What the storefront sends itself is not doubled (B52).
messages storefront=confirmation,shipped
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d1T12:00
sent #1020 nothing
message #1020 confirmation state=quiet why=storefront_tells
