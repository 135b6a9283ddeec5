# What is settled is told; a new wish about it is for a person.
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
refund #1020 refund=R1 amount=1450 currency=USD full
expect #1020 class=refunded
request #1020 status outcome=told
request #1020 reship outcome=person
waits #1020 hand_over rule=settled-but-asked
