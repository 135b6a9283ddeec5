# Handed on under another number: the message shows where it came by and who brings it, each with its page (R118).
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com zip="K1A 0B1" city=Ottawa region=ON country=CA items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=royal_mail/LX314000304GB
at d1T08:00
scan royal_mail LX314000304GB accepted place=London,,GB
at d2T08:00
scan royal_mail LX314000304GB in_transit place=Montreal,QC,CA next_carrier=canada_post next_number=7023000000000301
at d2T12:00
scan canada_post 7023000000000301 accepted place=Montreal,QC,CA
at d3T15:00
scan canada_post 7023000000000301 out_for_delivery place=Ottawa,ON,CA
at d3T18:00
scan canada_post 7023000000000301 delivered place=Ottawa,ON,CA
at d3T20:00
message #1020 delivered says="Royal Mail LX314000304GB: https://" state=sent
message #1020 delivered says="Canada Post 7023000000000301: https://" state=sent
message #1020 delivered not="Canada Post LX314000304GB" state=sent
