# Nothing in stock: the answer says so, with the day on which more comes; with stock it clears.
start 2026-11-16T09:00:00Z
stock LAMP -1 restock=2026-11-27
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="LAMP*1:12900:Oak lamp"
expect #1020 class=backordered
at d1T09:00
stock LAMP 20
expect #1020 class=awaiting_fulfillment
