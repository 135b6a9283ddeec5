# While a storm holds Texas the days do not count as silence, the customer hears why, and it ends with the storm.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com zip=76701 country=US region=TX items="LAMP*1:12900:Oak lamp" promised=2026-12-02
fulfill #1020 items=LAMP parcels=ups/1Z7W4E590300010062
at d1T15:00
scan ups 1Z7W4E590300010062 in_transit place=Dallas,TX,US
expect #1020 class=on_track not=weather
at d1T20:00
incident TX-ICE weather country=US region=TX until=2026-11-20T06:00:00Z
ask "#1020 anna@example.com" outcome=answered says="Severe weather"
at d3T16:00
expect #1020 class=on_track says="until about"
at d5T16:00
expect #1020 class=on_track not=weather
at d10T15:30
expect #1020 class=stuck not=weather
