# In shadow it is decided and recorded, a person does it, nothing leaves (R147, B19).
start 2026-11-16T15:00:00Z
policy refund="{mode: shadow}"
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
request #1020 refund outcome=person
action #1020 2 refund state=shadow amount=1450
waits #1020 hand_over rule=lost-refund
request #1020 refund outcome=same state=shadow
