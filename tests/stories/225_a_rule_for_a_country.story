# In Germany the message half way is off; elsewhere it is sent (R105).
messages
rule message=shipped country=DE off
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1021 email=ben@example.com city=Berlin zip=10115 country=DE items="MUG*1:1450:Blue mug"
at d0T16:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010071
at d0T17:00
message #1020 shipped at=d0T16:10
message #1021 shipped state=quiet why=rule_off
