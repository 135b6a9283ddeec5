# A hold that lasts an hour: something has to be cleared, and how the customer can help (R68).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T16:00
hold #1020 why=address
at d0T18:00
message #1020 on_hold at=d0T17:00 says="reply to this message"
