# A hold of less than an hour passes unseen; a longer one is told, and its end too.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T15:10
hold #1020 why=check
at d0T15:50
release #1020
at d0T17:00
sent #1020 confirmation
hold #1020 hold=H2 why=check
at d0T19:00
message #1020 on_hold at=d0T18:00
at d0T20:00
release #1020 hold=H2
message #1020 solved at=d0T20:00
