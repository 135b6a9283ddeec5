# Who takes their no back is told what comes after.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
optout #1020 email
at d0T16:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T18:00
message #1020 shipped state=quiet why=no_channel
optin #1020 email
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-20
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
message #1020 delivered at=d2T18:00
sent #1020 confirmation,delivered
