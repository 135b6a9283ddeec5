# Not opened on WhatsApp for four hours: the next channel tells it, once (R114).
messages channels=whatsapp,sms unopened=4
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com phone="+1 312 555 0100" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T20:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T01:00
scan ups 1Z7W4E590300010062 accepted place=Newark,NJ,US eta=2026-11-24
at d2T16:00
scan ups 1Z7W4E590300010062 exception place=Chicago,IL,US reason=address_issue
message #1020 address_problem channel=whatsapp at=d2T16:00
at d2T19:30
sent #1020 confirmation,shipped,address_problem
at d4T00:00
message #1020 address_problem channel=sms at=d2T20:00
sent #1020 confirmation,shipped,address_problem,address_problem
