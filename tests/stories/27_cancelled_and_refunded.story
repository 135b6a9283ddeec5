# One order cancelled before it left, one refunded in full.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order #1021 email=ben@example.com zip=73301 country=US items="TEA*1:990:Tea"
at d0T12:00
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug" state=cancelled financial=voided placed=d0T09:00
expect #1020 class=cancelled
refund #1021 full amount=990 items=TEA*1
expect #1021 class=refunded
