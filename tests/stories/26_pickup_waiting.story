# The parcel shop keeps it; the answer says until when.
start 2026-11-16T09:00:00Z
order #1020 email=anna@example.com zip=10115 city=Berlin country=DE items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=dhl_parcel_de/00340434110000010160
at d1T18:00
scan dhl_parcel_de 00340434110000010160 accepted place=Berlin,,DE
at d2T09:00
scan dhl_parcel_de 00340434110000010160 available_for_pickup place=Berlin,,DE pickup_until=2026-11-25
expect #1020 class=pickup_waiting
at d4T12:00
scan dhl_parcel_de 00340434110000010160 delivered place=Berlin,,DE
expect #1020 class=delivered
