# A return: asked for, approved, on its way, arrived. Its parcel is followed and never taken for the one that was sent (R38, R80, B13).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T15:00
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d3T12:00
return #1020 asked items=MUG*1
says "where is my refund? have you processed it" from=anna@example.com channel=email
bot "No refund of this order" "has not decided"
at d3T13:00
return #1020 approved items=MUG*1 parcel=ups/1Z7W4E590300010071
says "I would like to return my order, it does not fit" from=anna@example.com channel=email
bot "Your return is approved" "not been scanned yet"
expect #1020 class=delivered parcel=1Z7W4E590300010062
at d5T15:00
scan ups 1Z7W4E590300010071 in_transit place=Chicago,IL,US
says "where is my refund? have you processed it" from=anna@example.com channel=email
bot "on its way to us; its last scan was this morning"
at d12T15:00
says "where is my refund? have you processed it" from=anna@example.com channel=email
bot "on its way to us; its last scan was on Saturday"
expect #1020 class=delivered
at d12T18:00
scan ups 1Z7W4E590300010071 delivered place=Newark,NJ,US
says "where is my refund? have you processed it" from=anna@example.com channel=email
bot "What you sent back arrived" "not been checked"
expect #1020 class=delivered
at d13T18:00
return #1020 inspected items=MUG*1 parcel=ups/1Z7W4E590300010071
says "Can you tell me where my refund is now?" from=anna@example.com channel=email
bot "What you sent back was checked"
