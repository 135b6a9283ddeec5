# After the apology the number comes as usual.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d6T16:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d6T18:00
message #1020 shipped at=d6T16:10
sent #1020 confirmation,fulfillment_late,shipped
