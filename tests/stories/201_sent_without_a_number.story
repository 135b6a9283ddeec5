# A fulfillment without a number: that it has left, and that its way cannot be followed (B50).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 service="letter"
at d2T20:00
message #1020 shipped says="cannot be followed"
