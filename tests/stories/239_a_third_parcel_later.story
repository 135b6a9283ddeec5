# A third parcel half an hour later is a message of its own.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T16:00
fulfill #1020 id=F1 items=MUG*1 parcels=ups/1Z7W4E590300010062,ups/1Z7W4E590300010071
at d0T16:30
fulfill #1020 id=F2 items=MUG*1 parcels=ups/1Z7W4E590300010106
at d0T18:00
message #1020 shipped at=d0T16:10 says="2 parcels"
message #1020 shipped at=d0T16:40 says=1Z7W4E590300010106
