# Three open ones: "the last one" is the newest.
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T09:00
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Green tea"
at d2T09:00
order #1022 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="POT*1:2990:Tea pot"
says "where is my order?" from=anna@example.com channel=email
bot choices=3
says "the last one"
bot "#1022" not=#1020
