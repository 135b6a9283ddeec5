# Abroad another carrier goes on under another number: the answer comes from the leg that moves.
start 2026-11-16T09:00:00Z
order #1020 email=anna@example.com zip="K1A 0B1" city=Ottawa region=ON country=CA items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=deutsche_post/LX314000305DE
at d0T16:00
scan deutsche_post LX314000305DE accepted place=Berlin,,DE
at d2T08:00
scan deutsche_post LX314000305DE in_transit place=Montreal,QC,CA next_carrier=canada_post next_number=7023000000000301
at d2T12:00
scan canada_post 7023000000000301 accepted place=Montreal,QC,CA eta=2026-11-20
at d2T20:00
scan canada_post 7023000000000301 in_transit place=Ottawa,ON,CA
expect #1020 class=on_track says=Ottawa
at d3T18:00
scan canada_post 7023000000000301 delivered place=Ottawa,ON,CA
expect #1020 class=delivered
