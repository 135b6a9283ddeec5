# What was delivered may be sent back within thirty days, where the merchant grants it: begun once, then told how it stands (R80).
start 2026-11-16T15:00:00Z
policy start_return="{mode: auto}"
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d3T12:00
says "I would like to return my order, it does not fit" from=anna@example.com channel=email
bot "It is arranged: a return"
action #1020 1 start_return
at d3T14:00
return #1020 approved items=MUG*1 parcel=ups/1Z7W4E590300010071
request #1020 start_return outcome=same
request #1020 refund outcome=person
at d40T12:00
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="PLATE*1:900:Plate"
fulfill #1021 items=PLATE*1 parcels=ups/1Z7W4E590300010080
at d42T12:00
scan ups 1Z7W4E590300010080 delivered place=Chicago,IL,US
request #1021 start_return try outcome=taken rule=return-in-window
at d72T13:00
request #1021 start_return outcome=person rule=asked-something-else
