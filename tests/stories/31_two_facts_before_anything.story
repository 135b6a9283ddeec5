# No data before two facts match; no such order and wrong e-mail are told alike, at the same cost.
start 2026-11-16T09:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com street="1 Sample Street" city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
ask "where is my stuff" outcome=need not=Chicago
ask "order 1020" outcome=need
ask "anna@example.com" outcome=need
ask "order 1020 eve@example.com" outcome=no_match remember=a
ask "order 4711 anna@example.com" outcome=no_match same=a
ask "order 4711 eve@example.com" outcome=no_match same=a
ask "order 1020 zip 99999" outcome=no_match
ask "order 1020 zip 60601" outcome=answered
ask "order 1020 ANNA@Example.com" outcome=answered
ask "can I speak to a human? #1020 anna@example.com" outcome=answered says="asked for a person"
