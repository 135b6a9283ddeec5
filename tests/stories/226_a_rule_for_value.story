# Orders worth 500.00 and more are told by text message first (R113, R172).
messages channels=email
rule value_from=50000 channels=sms,email
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1021 email=ben@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:89900:Desk"
message #1020 confirmation channel=email at=d0T15:00
message #1021 confirmation channel=sms at=d0T15:00
