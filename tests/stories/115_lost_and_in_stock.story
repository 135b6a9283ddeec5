# Lost, and there is another one: the last one is reserved for whom it was promised to (R4).
start 2026-11-16T15:00:00Z
policy reship="{mode: auto, undo_minutes: 10}"
stock MUG 1
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 name="Ben Exemple" email=ben@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010071
stock MUG 1
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
request #1020 reship outcome=taken state=waiting
request #1021 reship outcome=person reason=stock
action #1020 3 reship state=waiting
