# More than twenty answers in an hour: the twentieth hands over, then silence.
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 in_transit place=Newark,NJ,US eta=+2d
says "where is my order?" from=anna@example.com channel=chat
says "where is my order, question 2?"
says "where is my order, question 3?"
says "where is my order, question 4?"
says "where is my order, question 5?"
says "where is my order, question 6?"
says "where is my order, question 7?"
says "where is my order, question 8?"
says "where is my order, question 9?"
says "where is my order, question 10?"
says "where is my order, question 11?"
says "where is my order, question 12?"
says "where is my order, question 13?"
says "where is my order, question 14?"
says "where is my order, question 15?"
says "where is my order, question 16?"
says "where is my order, question 17?"
says "where is my order, question 18?"
says "where is my order, question 19?"
says "where is my order, question 20?"
bot hands_over
says "where is my order, question 21?"
bot silent
