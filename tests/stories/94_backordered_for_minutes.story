# Stock that comes within the hour is not told of.
messages
start 2026-11-16T15:00:00Z
stock MUG 0 restock=2026-12-01
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T15:40
stock MUG 9
at d0T18:00
sent #1020 confirmation
