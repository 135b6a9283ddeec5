# Nobody was there: a key of the call asks for another attempt on a day, after it was shown who presses it (R166).
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T15:00
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
scan ups 1Z7W4E590300010062 attempt_failed place=Chicago,IL,US reason=recipient_unavailable
says "" choice=want:reattempt:2026-11-19 from=+13125550142 channel=voice
bot "another delivery attempt" outcome=acted
action #1020 1 reattempt state=proposed
says "" choice=want:nonsense
bot "Which of these is it" outcome=asked
