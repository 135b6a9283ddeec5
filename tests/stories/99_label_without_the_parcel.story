# A label and no scan for four days: it waits to be collected, and somebody asks (R56).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d6T20:00
expect #1020 class=label_only
message #1020 label_only says="has not scanned it yet"
sent #1020 confirmation,shipped,label_only
