# The same with the grant: it happens by itself.
start 2026-11-16T15:00:00Z
policy cancel="{mode: auto, undo_minutes: 30, per_action: 500.00}"
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 state=open role=warehouse
says "cancel my order" from=anna@example.com channel=email
bot "It is arranged: cancelling the order" "14.50" outcome=acted
action #1020 1 cancel state=waiting amount=1450
