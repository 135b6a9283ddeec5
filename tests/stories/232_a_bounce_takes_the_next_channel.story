# The mail comes back: the next channel is tried while it is news (R114).
messages channels=email,webhook
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T15:20
receipt #1020 confirmation bounced
at d0T15:30
message #1020 confirmation channel=webhook at=d0T15:21
