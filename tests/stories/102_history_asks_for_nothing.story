# What an import tells is remembered, not acted on; what happens afterwards is.
start 2026-11-16T15:00:00Z
policy carrier_claim=auto
history begins
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
history ends
at d2T12:00
expect #1020 class=lost
waits #1020 nothing
action #1020 none
order #1021 email=ben@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1021 items=MUG*1 parcels=ups/1Z7W4E590300010071
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
action #1021 1 carrier_claim state=approved
request #1020 refund outcome=approval
