# Not sent in time, on hold for a day, a label for days, without stock: a person asks the warehouse (R54 to R56, R68).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1021 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
hold #1021 hold=H1 why=stock_check
order #1022 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1022 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T16:00
waits #1021 hand_over rule=held-long
at d4T06:00
waits #1020 hand_over rule=not-sent
at d5T16:00
waits #1020 hand_over rule=not-sent state=overtaken
waits #1020 hand_over rule=not-sent-long
at d9T16:00
waits #1022 hand_over rule=label-old
