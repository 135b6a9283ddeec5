# A strike that was called off does not excuse a silence, and another carrier's strike never does.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com zip=60601 country=US region=IL items="LAMP*1:12900:Oak lamp" promised=2026-12-02
fulfill #1020 items=LAMP parcels=ups/1Z7W4E590300010062
incident RAIL strike carrier=fedex country=US
at d1T15:00
scan ups 1Z7W4E590300010062 in_transit place=Gary,IN,US
expect #1020 class=on_track not=strike
at d2T09:00
incident DOCKS strike carrier=ups country=US
ask "#1020 anna@example.com" outcome=answered says="A strike"
at d3T14:00
incident DOCKS strike carrier=ups country=US from=2026-11-18T09:00:00Z withdrawn
at d3T15:30
expect #1020 class=stuck not=strike
