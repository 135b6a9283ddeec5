# A number that the networks vouch for: nothing is asked that is known; a person is one word away (R111).
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
says "hello where is my parcel" from=+13125550142 channel=voice
bot "#1020" "Newark" outcome=answered
says "can I talk to somebody please"
bot "know what you told me" outcome=handed hands_over
