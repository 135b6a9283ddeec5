# A chat that nobody vouches for: one question for both details, then the state. Nothing before two of them match.
start 2026-11-16T09:00:00Z
order #1020 email=anna@example.com zip=60601 country=US region=IL items=MUG*1:1450:Blue_mug
at +1d
fulfill #1020 parcels=ups/1Z7W4E590300010062 items=MUG
scan ups 1Z7W4E590300010062 in_transit place=Chicago,IL,US eta=+2d
says "hey wheres my stuff" from=visitor-1 channel=chat unverified
bot "order number" "e-mail" outcome=asked
says "1020 anna@example.com"
bot "#1020" "Chicago" outcome=answered
says "thanks!"
bot "welcome"
