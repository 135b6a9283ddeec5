# Two customers at once do not meet.
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
order #3000 email=bob@example.com city=Boston region=MA zip=02108 country=US items="PEN*1:300:Pen"
says "where is my order?" from=anna@example.com channel=chat
bot "#1020" not=#3000
says "where is my order?" from=bob@example.com channel=chat
bot "#3000" not=#1020
talks 2
