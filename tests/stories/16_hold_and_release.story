# A hold explains the wait; released, the usual clock counts again.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
hold #1020 why="address check"
expect #1020 class=on_hold
at d1T09:00
release #1020
expect #1020 class=awaiting_fulfillment
