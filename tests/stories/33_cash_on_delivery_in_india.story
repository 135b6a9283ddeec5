# A failed COD attempt is trouble at once (R165); "delivered" is trusted less (R72).
start 2026-11-16T06:00:00Z
order #1020 email=bina@example.com zip=560001 city=Bengaluru region=KA country=IN cod currency=INR items="TEA*2:9900:Tea"
at d0T08:00
fulfill #1020 items=TEA*2 parcels=delhivery/14908211003344
at d0T12:00
scan delhivery 14908211003344 accepted place=Mumbai,MH,IN
at d2T11:00
scan delhivery 14908211003344 attempt_failed place=Bengaluru,KA,IN reason=payment_cod
expect #1020 class=attempt_failed
