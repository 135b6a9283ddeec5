# The link in a mail is used: no more mails, for this order and the next of the same customer.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T16:00
way_out #1020 confirmation
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
order #1021 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T18:00
message #1020 shipped state=quiet why=no_channel
message #1021 confirmation state=quiet why=no_channel
