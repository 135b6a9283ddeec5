# The storefront told that it was shipped: not doubled (B52).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T20:02
told #1020 by=storefront message=shipped
at d0T22:00
sent #1020 confirmation
