# STOP ends text messages; what was planned goes by the next channel.
messages channels=sms,email quiet_from=18:00
start 2026-11-16T15:00:00Z
order #1020 phone="+1 312 555 0100" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T02:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T03:00
message #1020 shipped state=planned channel=sms
stop +13125550100 sms
at d1T15:00
message #1020 shipped channel=email at=d1T14:00
