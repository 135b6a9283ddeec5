# The number comes ten minutes after the label, well within the hour (R96), with a link to follow it (R106).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T21:00
message #1020 shipped at=d0T20:10 says=https://www.ups.com/track
