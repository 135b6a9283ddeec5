# A reply to a message knows its order: with two open orders nothing is asked (R173).
messages
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Green tea"
at +1h
says "when does this ship?" from=anna@example.com channel=email reply_to=confirmation:#1021
bot "#1021" not=#1020
