# An order whose locale is German is told in German; the tag's country does not matter.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com locale=de-AT city=Wien zip=1010 country=AT items="MUG*1:1450:Blaue Tasse"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d2T10:00
scan ups 1Z7W4E590300010062 in_transit place=Linz,AT
at d3T10:00
scan ups 1Z7W4E590300010062 attempt_failed place=Wien,AT reason=recipient_unavailable
message #1020 attempt_failed at=d3T10:00 says="konnte nicht; Grund: niemand angetroffen"
message #1020 shipped says="auf dem Weg zu Ihnen"
