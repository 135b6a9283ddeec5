# Shop and back office disagree, or the scans of one parcel do: a person finds out which is right before anything is promised (C12).
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*6:1450:Blue mug"
order SO-77 ref=#1020 role=back_office source=erp city=Chicago region=IL zip=60601 country=US items="MUG*4:1450:Blue mug"
waits #1020 hand_over rule=sources-disagree due=+24h
order #1021 email=ben@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug;TEA*1:990:Tea"
fulfill #1021 id=F1 items=MUG*1 parcels=ups/1Z7W4E590300010062
fulfill #1021 id=F2 items=TEA*1 parcels=ups/1Z7W4E590300010071
at d1T15:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d3T15:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
expect #1021 class=lost
waits #1021 hand_over rule=scans-disagree
