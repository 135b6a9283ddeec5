# The confirmation names the day of a pre-order (R54); the same day told again is no news.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US preorder=2026-12-10 items="MUG*1:1450:Blue mug"
at d1T15:00
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US preorder=2026-12-10 items="MUG*1:1450:Blue mug"
at d1T18:00
message #1020 confirmation says="December 10"
sent #1020 confirmation
