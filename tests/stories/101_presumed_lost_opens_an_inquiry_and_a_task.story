# Five working days without movement: the inquiry by itself, a person within a day, nothing paid (R61, R127); missed is counted.
start 2026-11-02T09:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T22:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US
at d1T10:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d4T11:00
waits #1020 wait rule=silent
at d9T10:00
expect #1020 class=presumed_lost
waits #1020 wait rule=silent state=overtaken
waits #1020 hand_over rule=presumed-lost
action #1020 1 carrier_inquiry state=approved amount=0
at d10T16:00
waits #1020 hand_over rule=presumed-lost missed
action #1020 1 carrier_inquiry state=approved
verdict done #1020 by=ann
waits #1020 hand_over rule=presumed-lost state=done
at d11T10:00
waits #1020 nothing
scan ups 1Z7W4E590300010062 in_transit place=Chicago,IL,US
waits #1020 hand_over rule=presumed-lost state=overtaken
