# A mail in the morning, a call in the afternoon: one conversation, and the order is known (R48).
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
says "Where is my parcel?" from=anna@example.com channel=email
bot "Newark" outcome=answered
at d1T20:00
says "I wrote to you this morning, where is it now" from=+13125550142 channel=voice
bot "Nothing has changed" outcome=answered
talks 1
