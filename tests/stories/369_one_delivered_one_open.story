# One delivered, one open: it is about the open one.
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T15:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d1T16:00
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Green tea"
at d2T15:00
says "where is my order?" from=anna@example.com channel=email
bot "#1021" outcome=answered
