# Somebody refunds in the storefront's own page: nothing more is paid (R11). What was proposed before does not go either.
start 2026-11-16T15:00:00Z
policy refund="{mode: auto}"
order #1020 email=anna@example.com zip=60601 country=US items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T20:00
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
refund #1020 refund=R1 amount=1450 currency=USD full
at d0T21:00
request #1020 refund outcome=person
request #1020 reship outcome=person
