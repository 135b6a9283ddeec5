# A scan that happened earlier is told later: it takes its place in the past and does not become the news.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d2T12:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US eta=2026-11-20
at d2T13:00
scan ups 1Z7W4E590300010062 accepted at=d0T22:00 place=Newark,NJ,US
scan ups 1Z7W4E590300010062 in_transit at=d1T07:00 place=Harrisburg,PA,US
expect #1020 class=on_track says=Columbus not=Harrisburg
expect #1020 parcel=1Z7W4E590300010062 scans=3
