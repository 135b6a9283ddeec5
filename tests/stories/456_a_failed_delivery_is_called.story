# What cannot wait is told by telephone where the rules say so; a night's is told in the morning; nobody answers: the next channel (R113, R114).
messages channels=email
rule message=attempt_failed channels=voice,sms
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com phone=+13125550142 city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T18:00
message #1020 confirmation channel=email
at d3T05:00
scan ups 1Z7W4E590300010062 attempt_failed place=Chicago,IL,US reason=recipient_unavailable
at d3T14:10
message #1020 attempt_failed channel=voice at=d3T14:00
receipt #1020 attempt_failed failed
at d3T14:30
message #1020 attempt_failed channel=sms at=d3T14:11
