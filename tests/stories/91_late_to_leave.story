# Three working days are over and nothing has left: told once, with no number to follow.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d6T00:00
expect #1020 class=fulfillment_late
message #1020 fulfillment_late says="has not left us yet"
sent #1020 confirmation,fulfillment_late
