# A level that turns is seen at once, not with the next daily look.
start 2026-11-16T09:00:00Z
stock LAMP 4
order #1020 name="Anna Exemple" email=anna@example.com zip=60601 country=US items="LAMP*1:12900:Oak lamp"
expect #1020 class=awaiting_fulfillment
at d0T10:00
stock LAMP 0
expect #1020 class=backordered
at d0T11:30
stock LAMP 0 restock=2026-11-27
expect #1020 class=backordered
ask "#1020 anna@example.com" outcome=answered says="27 November"
at d0T12:00
stock LAMP 20
expect #1020 class=awaiting_fulfillment
