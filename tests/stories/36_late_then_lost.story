# Past the promised day, still moving; then the carrier gives it up.
start 2026-11-09T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=fedex/712345678901
at d0T20:00
scan fedex 712345678901 accepted place=Newark,NJ,US eta=2026-11-12
at d2T20:00
scan fedex 712345678901 in_transit place=Columbus,OH,US
at d4T14:00
scan fedex 712345678901 in_transit place=Gary,IN,US
expect #1020 class=late
at d7T10:00
scan fedex 712345678901 lost place=Gary,IN,US
expect #1020 class=lost
