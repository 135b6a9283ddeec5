# Above 100 two persons approve, and not the same one twice (C19); its proposal ends after three days when nobody does.
start 2026-11-16T15:00:00Z
policy
order #1020 email=anna@example.com zip=60601 country=US items="LAMP*1:15000:Lamp"
order #1021 email=ben@example.com zip=60602 country=US items="LAMP*1:15000:Lamp"
order #1022 email=cleo@example.com zip=60603 country=US items="SOFA*1:95000:Sofa"
fulfill #1020 items=LAMP*1 parcels=ups/1Z7W4E590300010062
fulfill #1021 items=LAMP*1 parcels=ups/1Z7W4E590300010071
fulfill #1022 items=SOFA*1 parcels=ups/1Z7W4E590300010080
scan ups 1Z7W4E590300010062 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010071 lost place=Columbus,OH,US
scan ups 1Z7W4E590300010080 lost place=Columbus,OH,US
request #1020 refund outcome=approval reason=two_persons
request #1021 refund outcome=approval reason=two_persons
request #1022 refund outcome=person reason=per_action
verdict approve 4 by=ann state=proposed
verdict approve 4 by=ann state=proposed
verdict approve 4 by=ben state=waiting
at d4T15:00
action #1021 5 refund state=expired
verdict approve 5 by=ann state=expired
request #1021 refund outcome=approval state=proposed
