# A language without templates gets the store's own, never a mixture.
messages
start 2026-11-16T15:00:00Z
order #1022 email=aino@example.com locale=fi city=Turku zip=20100 country=FI items="MUG*1:1450:Muki"
message #1022 confirmation at=d0T15:00 says="Thank you for your order #1022"
