# Of the rules the first that fits decides: this carrier's parcels are told by webhook.
messages channels=email
rule carrier=ups message=shipped channels=webhook
rule message=shipped off
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T16:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T17:00
message #1020 shipped channel=webhook at=d0T16:10
