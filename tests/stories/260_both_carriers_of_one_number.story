# A postal number goes on under itself abroad: the message shows and links the post there too (R118, R106).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com zip="K1A 0B1" city=Ottawa region=ON country=CA items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=deutsche_post/LX314000304DE
at d0T21:00
message #1020 shipped says="Deutsche Post" state=sent
message #1020 shipped says="Canada Post LX314000304DE: https://" state=sent
