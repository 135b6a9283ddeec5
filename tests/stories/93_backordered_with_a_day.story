# Out of stock for longer than an hour: the day of the new stock, and a choice.
messages
start 2026-11-16T15:00:00Z
stock MUG 0 restock=2026-12-01
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T18:00
expect #1020 class=backordered
message #1020 backordered at=d0T16:00 says="December 1"
