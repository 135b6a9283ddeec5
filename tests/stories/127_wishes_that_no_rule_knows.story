# A discount that nobody granted, while all is calm: a person; the question alone is answered.
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T15:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
request #1020 status outcome=told
request #1020 discount outcome=person rule=asked-something-else
waits #1020 hand_over rule=asked-something-else
