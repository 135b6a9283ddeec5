# Lost, the grant by itself: chosen, and it is arranged.
start 2026-11-16T15:00:00Z
policy refund="{mode: auto, per_action: 200.00, undo_minutes: 30}"
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
at d3T15:00
scan ups 1Z7W4E590300010062 lost place=Newark,NJ,US
says "where is my parcel?" from=anna@example.com channel=email
bot "lost" choices=2
says "refund please"
bot "It is arranged: a refund ($14.50)" outcome=acted
