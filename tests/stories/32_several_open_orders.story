# E-mail and postal code, no number: the open orders are listed; with one open order it is answered at once (R46).
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
at d1T09:00
order #1021 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Tea"
ask "anna@example.com zip 60601 where are my parcels" outcome=choice says=#1021
ask "anna@example.com zip 60601 #1021" outcome=answered
at d1T12:00
order #1021 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="TEA*1:990:Tea" state=cancelled placed=d1T09:00
ask "anna@example.com zip 60601 where are my parcels" outcome=answered says=#1020
