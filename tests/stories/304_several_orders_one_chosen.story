# Two open orders: listed as choices, one is taken by its number; then the other one (R46).
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T09:00
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Green tea"
says "where are my parcels" from=anna@example.com channel=email
bot "Which one" choices=2 choice=#1021 outcome=asked
says "2"
bot "#1020" outcome=answered not=#1021
says "no, the other one"
bot "#1021" outcome=answered
