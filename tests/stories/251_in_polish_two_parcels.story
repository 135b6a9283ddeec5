# Plurals are those of the language: two parcels are "few" in Polish.
messages
start 2026-11-16T15:00:00Z
order #1021 email=ola@example.com locale=pl city=Gdynia zip=81-300 country=PL items="MUG*2:1450:Kubek"
at d0T20:00
fulfill #1021 items=MUG*2 parcels=ups/1Z7W4E590300010062,ups/1Z7W4E590300010071
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
scan ups 1Z7W4E590300010071 accepted place=Newark,NJ,US eta=2026-11-24
at d1T07:00
message #1021 shipped at=d1T07:00 says="w 2 paczkach"
