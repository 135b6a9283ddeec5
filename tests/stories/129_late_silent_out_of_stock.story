# Days past the promise without a scan open an inquiry; an item that nobody has may be cancelled (R61, R57).
start 2026-11-16T15:00:00Z
policy
stock LAMP 0
order #1020 email=anna@example.com promised=2026-11-18 city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 email=ben@example.com zip=60601 country=US items="LAMP*1:9900:Lamp"
fulfill #1021 id=W1 items=LAMP*1 state=open role=warehouse source=wms
at d1T15:00
scan ups 1Z7W4E590300010062 in_transit place=Columbus,OH,US
at d5T12:00
at d6T16:00
waits #1020 hand_over rule=late-and-silent
action #1020 1 carrier_inquiry state=approved
at d9T15:00
waits #1021 hand_over rule=out-of-stock-late
waits #1021 offer rule=out-of-stock-late choices=cancel
