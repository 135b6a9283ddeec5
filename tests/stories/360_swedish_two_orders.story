# Swedish: two orders, the other one.
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T09:00
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Green tea"
says "var är mitt paket?" from=anna@example.com channel=email
bot lang=sv choices=2
says "den första"
bot "#1021" lang=sv
says "nej, den andra"
bot "#1020" lang=sv
