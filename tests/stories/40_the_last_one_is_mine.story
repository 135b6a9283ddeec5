# The shop takes an order's items out of the level: 0 after the order is the order's own unit, -1 is a lack.
start 2026-11-16T09:00:00Z
stock LAMP 1 net
order #1020 name="Anna Exemple" email=anna@example.com zip=60601 country=US items="LAMP*1:12900:Oak lamp"
stock LAMP 0 net
expect #1020 class=awaiting_fulfillment
at d0T10:00
order #1021 name="Ben Beispiel" email=ben@example.com zip=60601 country=US items="LAMP*1:12900:Oak lamp"
expect #1021 class=backordered
at d0T10:01
stock LAMP -1 net
expect #1021 class=backordered
at d0T12:00
stock LAMP 3 net
expect #1020 class=awaiting_fulfillment
expect #1021 class=awaiting_fulfillment
