# The same tracking number, three years apart: each order sees its own use only.
start 2023-11-13T09:00:00Z
order #500 email=old@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #500 items=MUG*1 parcels=usps/9400111899223100012345
at d1T10:00
scan usps 9400111899223100012345 accepted place=Newark,NJ,US
at d4T10:00
scan usps 9400111899223100012345 delivered place=Chicago,IL,US
expect #500 class=delivered
at 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at +2h
fulfill #1020 items=MUG*1 parcels=usps/9400111899223100012345
at +10h
scan usps 9400111899223100012345 accepted place=Newark,NJ,US eta=2026-11-20
expect #1020 class=on_track
expect #1020 parcel=9400111899223100012345 scans=1
expect #500 class=delivered
expect #500 parcel=9400111899223100012345 scans=2
