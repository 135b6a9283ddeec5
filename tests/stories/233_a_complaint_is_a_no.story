# A mail called spam: no more mails to this customer.
messages
start 2026-11-16T15:00:00Z
order #1020 email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d0T15:20
receipt #1020 confirmation complained
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T16:00
message #1020 shipped state=quiet why=no_channel
sent #1020 confirmation
