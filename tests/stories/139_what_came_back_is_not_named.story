# A portal says that something came in, and not what: nobody can tell what it is worth, so a person looks. Called off, the matter is over.
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug;PLATE*1:900:Plate"
fulfill #1020 items=MUG*1;PLATE*1 parcels=ups/1Z7W4E590300010062
at d2T18:00
scan ups 1Z7W4E590300010062 delivered place=Chicago,IL,US
at d6T13:00
return #1020 received source=portal return=RMA-7
action #1020 none
waits #1020 hand_over rule=return-arrived due=+24h
at d6T14:00
return #1020 cancelled source=portal return=RMA-7
waits #1020 nothing
