# A portal names the number that the order was sent under: its scans say nothing of the way back, and its delivery is no arrival.
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d3T12:00
return #1020 approved items=MUG*1 parcel=ups/1Z7W4E590300010062
says "where is my refund? have you processed it" from=anna@example.com channel=email
bot "No refund of this order" "Your return is approved" "not been scanned"
expect #1020 class=delivered
