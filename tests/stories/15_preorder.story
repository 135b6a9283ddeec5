# A pre-order waits for its day and is not late before it.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="CAL*1:2400:Calendar" preorder=2026-12-15
expect #1020 class=preorder
at d10T09:00
expect #1020 class=preorder
