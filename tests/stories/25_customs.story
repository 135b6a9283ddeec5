# Held in customs, then released.
start 2026-11-09T09:00:00Z
order #1020 email=anna@example.com zip=01310-100 city="Sao Paulo" region=SP country=BR items="MUG*1:1450:Blue mug"
at d0T12:00
fulfill #1020 items=MUG*1 parcels=dhl_express/5200010204
at d0T18:00
scan dhl_express 5200010204 accepted place=Leipzig,,DE eta=2026-11-20
at d2T10:00
scan dhl_express 5200010204 exception place=Campinas,SP,BR reason=customs_hold
expect #1020 class=customs_hold
at d4T10:00
scan dhl_express 5200010204 in_transit place=Campinas,SP,BR
expect #1020 class=on_track
