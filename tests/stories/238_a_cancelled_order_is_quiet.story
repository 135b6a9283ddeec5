# After a cancellation nothing more is said of the way.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T16:00
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US state=cancelled items="MUG*1:1450:Blue mug"
at d6T00:00
sent #1020 confirmation
