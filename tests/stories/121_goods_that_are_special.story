# Goods that spoil, that are for adults, that were made for this customer (R89).
start 2026-11-16T15:00:00Z
policy items="[{sku: FRESH-*, tag: perishable}, {sku: WINE, tag: age_restricted}, {sku: RING-*, tag: made_to_order}]"
order #1020 email=anna@example.com zip=60601 country=US items="FRESH-1*1:1450:Cheese"
fulfill #1020 items=FRESH-1*1 parcels=ups/1Z7W4E590300010062
order #1021 email=ben@example.com zip=60601 country=US items="WINE*1:1450:Wine"
fulfill #1021 items=WINE*1 parcels=ups/1Z7W4E590300010071
order #1022 email=carl@example.com zip=60601 country=US items="RING-9*1:9900:Ring"
fulfill #1022 id=W1 items=RING-9*1 state=open role=warehouse source=wms
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010071 accepted place=Columbus,OH,US
waits #1020 hand_over rule=perishable-in-trouble due=+4h
request #1021 reroute proof=one_time_code outcome=person rule=age-restricted-elsewhere
request #1022 cancel outcome=person rule=made-to-order
