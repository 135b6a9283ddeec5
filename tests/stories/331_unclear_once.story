# Not understood: one list to choose from; not understood again: a person, no second list (R94).
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
says "hmm okay" from=visitor-6 channel=chat unverified
bot "not sure what you need" choices=6 outcome=asked
says "blub"
bot "person of our team" hands_over
