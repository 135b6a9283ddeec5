# With a budget of one a day the hold waits for tomorrow (R93).
messages per_day=1
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T16:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T18:00
scan ups 1Z7W4E590300010062 exception place=Newark,NJ,US reason=address_issue
at d0T19:00
message #1020 shipped at=d0T16:10
message #1020 address_problem state=planned why=budget
at d1T15:00
message #1020 address_problem at=d1T14:00
