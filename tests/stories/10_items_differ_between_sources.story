# Storefront and back office disagree on a quantity: said, never settled by guessing (R176, C12).
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="PLATE*6:1850:White plate"
order SO-77 ref=#1020 role=back_office source=erp name="Anna Exemple" email=anna@example.com street="1 Sample Street" zip=60601 city=Chicago region=IL country=US items="PLATE*4:1850:White plate"
expect #1020 class=data_conflict conflict=erp
at d0T12:00
order SO-77 ref=#1020 role=back_office source=erp name="Anna Exemple" email=anna@example.com street="1 Sample Street" zip=60601 city=Chicago region=IL country=US items="PLATE*6:1850:White plate" placed=d0T09:00
expect #1020 class=awaiting_fulfillment
