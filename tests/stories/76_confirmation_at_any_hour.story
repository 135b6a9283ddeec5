# An order at 22:00 in Chicago is confirmed at once: the one message that knows no night (R95).
messages
start 2026-11-16T04:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T05:00
message #1020 confirmation at=d0T04:00 says="Blue mug"
