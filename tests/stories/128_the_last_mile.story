# An address that cannot be served is stopped; a pickup point's last day; customs for long (R66, R59).
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 email=ben@example.com zip=10115 city=Berlin country=DE items="MUG*1:1450:Blue mug"
fulfill #1021 items=MUG*1 parcels=dhl_parcel_de/00340434110000010160
order #1022 email=carl@example.com zip=01310-100 city="Sao Paulo" country=BR items="MUG*1:1450:Blue mug"
fulfill #1022 items=MUG*1 parcels=dhl_express/5200010204
at d1T15:00
scan ups 1Z7W4E590300010062 exception reason=address_issue place=Chicago,IL,US
scan dhl_parcel_de 00340434110000010160 available_for_pickup pickup_until=2026-11-20 place=Berlin,,DE
scan dhl_express 5200010204 exception reason=customs_hold place=Campinas,SP,BR
waits #1020 hand_over rule=wrong-address due=+1h
action #1020 1 intercept state=proposed
at d6T15:00
waits #1021 hand_over rule=pickup-over
at d10T15:00
expect #1022 class=customs_hold
waits #1022 hand_over rule=customs-long
