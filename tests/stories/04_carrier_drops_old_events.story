# A later answer of the carrier holds only its newest events: what was known before stays.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=fedex/712345678901
at d0T20:00
scan fedex 712345678901 accepted event=a place=Newark,NJ,US eta=2026-11-20
at d1T08:00
scan fedex 712345678901 in_transit event=b place=Columbus,OH,US
at d2T08:00
scan fedex 712345678901 in_transit event=b at=d1T08:00 place=Columbus,OH,US
scan fedex 712345678901 in_transit event=c place=Gary,IN,US
expect #1020 parcel=712345678901 scans=3 class=on_track
