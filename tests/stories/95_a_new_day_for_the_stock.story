# Another day is news, a day after the last word about a delay.
messages
start 2026-11-16T15:00:00Z
stock MUG 0 restock=2026-12-01
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
stock MUG 0 restock=2026-12-08
at d0T22:30
message #1020 backordered state=planned why=spacing
at d2T00:00
message #1020 backordered at=d1T16:00 says="December 8"
sent #1020 confirmation,backordered,backordered
