# A reply to what was told of one order is about that order, whatever else is open (R173).
messages
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Green tea"
at d0T20:00
fulfill #1020 id=W1 items=MUG*1 parcels=ups/1Z7W4E590300010062
fulfill #1021 id=W2 items=TEA*1 parcels=ups/1Z7W4E590300010071
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
scan ups 1Z7W4E590300010071 accepted place=Newark,NJ,US eta=2026-11-24
at d2T16:00
scan ups 1Z7W4E590300010071 exception place=Chicago,IL,US reason=customs_hold
at d2T17:00
says "where is it?" from=anna@example.com channel=email reply_to=customs_hold:#1021
bot "#1021" "customs" not=#1020 outcome=answered
talks 1
