# Another day of a pre-order is told at once.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US preorder=2026-12-10 items="MUG*1:1450:Blue mug"
at d1T15:00
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US preorder=2026-12-20 items="MUG*1:1450:Blue mug"
message #1020 preorder at=d1T15:00 says="December 20"
