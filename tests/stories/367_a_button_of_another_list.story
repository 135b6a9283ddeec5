# A button with an order that was not offered opens nothing.
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order #2000 email=bob@example.com city=Boston region=MA zip=02108 country=US items="PEN*1:300:Pen"
at d1T09:00
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Green tea"
says "where is my order?" from=anna@example.com channel=email
bot choices=2
says "" choice=order:2
bot not=#2000
