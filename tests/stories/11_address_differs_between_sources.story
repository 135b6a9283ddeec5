# The back office has another country.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
order SO-78 ref=#1020 role=back_office source=erp email=anna@example.com street="1 Sample Street" zip="M5V 2T6" city=Toronto region=ON country=CA items="MUG*1:1450:Blue mug"
expect #1020 class=data_conflict
