# The demo store: invented people at example.com, invented numbers, real behaviour. Each part is one story (docs/stories.md); its
# days count from the store's first morning, and at the end the clock stands at the time that `now` says.
morning 2026-11-02T00:00:00Z
now 2026-11-18T15:00:00Z

=== stock
at d0T08:00
stock MUG-BLU 140 location=new-jersey
stock LAMP-OAK -2 location=new-jersey restock=2026-11-30
stock TEA-ASSAM 300 location=new-jersey
stock PLATE-W 80 location=new-jersey
stock RUG-JUTE 12 location=berlin
stock VASE-GRN 25 location=berlin
stock BOARD-WAL 60 location=new-jersey
stock TOWEL-LIN 90 location=berlin
stock CLOCK-WAL 0 location=new-jersey

=== awaiting_fulfillment: ordered yesterday evening
at d15T18:20
order #1001 name="Ada Demo" email=ada.demo@example.com street="12 Sample Street" city="Portland" region=OR zip="97201" country=US currency=USD items="MUG-BLU*2:1450:Blue stoneware mug;TEA-ASSAM*1:990:Assam tea, 250 g" source=shopify
expect #1001 class=awaiting_fulfillment

=== fulfillment_late: more than three working days and nothing has left
at d8T10:05
order #1002 name="Ben Sample" email=ben.sample@example.com street="4 Example Road" city="Austin" region=TX zip="73301" country=US currency=USD items="BOARD-WAL*1:3900:Walnut cutting board" source=shopify
expect #1002 class=fulfillment_late

=== backordered: the lamp is not in stock
at d15T12:00
order #1003 name="Cleo Muster" email=cleo.muster@example.com street="88 Placeholder Ave" city="Denver" region=CO zip="80202" country=US currency=USD items="LAMP-OAK*1:12900:Oak table lamp"
expect #1003 class=backordered

=== preorder
at d10T15:30
order #1004 name="Dora Beispiel" email=dora.beispiel@example.com street="5 Test Lane" city="Boise" region=ID zip="83702" country=US currency=USD items="CAL-2027*1:2400:Calendar 2027" preorder=2026-12-15
expect #1004 class=preorder

=== on_hold: the shop checks the address first
at d14T09:40
order #1005 name="Eli Specimen" email=eli.specimen@example.com street="77 Dummy Drive" city="Miami" region=FL zip="33101" country=US currency=USD items="VASE-GRN*1:4200:Green glass vase"
at d14T10:00
hold #1005 why="address check"
expect #1005 class=on_hold

=== label_only: a label, five days ago, and no scan
at d10T11:00
order #1006 name="Finn Fictive" email=finn.fictive@example.com street="1 Nowhere Court" city="Columbus" region=OH zip="43004" country=US currency=USD items="PLATE-W*4:1850:White plate" source=shopify
at d11T15:00
fulfill #1006 items="PLATE-W*4:1850:White plate" parcels=ups/1Z7W4E590300010062 source=shopify
at d11T15:10
scan ups 1Z7W4E590300010062 label_created place="Newark,NJ,US" code=MP synthetic source=ups
expect #1006 class=label_only

=== on_track: expected tomorrow
at d12T13:00
order #1007 name="Gia Demo" email=gia.demo@example.com street="9 Sample Street" city="Chicago" region=IL zip="60601" country=US currency=USD items="MUG-BLU*4:1450:Blue stoneware mug" source=shopify
at d14T14:00
fulfill #1007 items="MUG-BLU*4:1450:Blue stoneware mug" parcels=ups/1Z7W4E590300010071 source=shopify
at d14T14:05
scan ups 1Z7W4E590300010071 label_created place="Newark,NJ,US" synthetic code=MP source=ups
at d14T22:40
scan ups 1Z7W4E590300010071 accepted place="Newark,NJ,US" code=OR eta=2026-11-19 source=ups
at d15T09:12
scan ups 1Z7W4E590300010071 in_transit place="Harrisburg,PA,US" code=DP source=ups
at d16T11:50
scan ups 1Z7W4E590300010071 in_transit place="Hodgkins,IL,US" code=AR source=ups
expect #1007 class=on_track

=== slow: moving, but eleven working days on the way
at d0T10:00
order #1008 name="Hana Demo" email=hana.demo@example.com street="3 Sample Street" city="Toronto" region=ON zip="M5V 2T6" country=CA currency=CAD items="TOWEL-LIN*3:1600:Linen towel" source=shopify
at d0T15:00
fulfill #1008 items="TOWEL-LIN*3:1600:Linen towel" parcels=deutsche_post/LB314000088DE location=berlin source=shopify
at d0T18:00
scan deutsche_post LB314000088DE accepted place="Berlin,,DE" eta=2026-11-24
at d3T06:00
scan deutsche_post LB314000088DE in_transit place="Frankfurt,,DE"
at d8T08:00
scan deutsche_post LB314000088DE in_transit place="Mississauga,ON,CA"
at d13T18:00
scan deutsche_post LB314000088DE in_transit place="Mississauga,ON,CA"
at d16T06:00
scan deutsche_post LB314000088DE in_transit place="Toronto,ON,CA"
expect #1008 class=slow

=== late: past the carrier's day, still moving
at d8T09:00
order #1009 name="Ivo Muster" email=ivo.muster@example.com street="21 Example Road" city="Seattle" region=WA zip="98101" country=US currency=USD items="CLOCK-WAL*1:5900:Wall clock" source=shopify
at d9T10:00
fulfill #1009 items="CLOCK-WAL*1:5900:Wall clock" parcels=fedex/700000010099 source=shopify
at d9T20:00
scan fedex 700000010099 accepted place="Newark,NJ,US" eta=2026-11-16 source=aftership
at d12T05:00
scan fedex 700000010099 in_transit place="Indianapolis,IN,US" source=aftership
at d16T02:30
scan fedex 700000010099 in_transit place="Portland,OR,US" reason=mechanical
expect #1009 class=late

=== stuck: no scan since Friday
at d9T08:00
order #1010 name="Jon Placeholder" email=jon.placeholder@example.com street="6 Test Lane" city="Tampa" region=FL zip="33601" country=US currency=USD items="BOARD-WAL*2:3900:Walnut cutting board" source=shopify
at d10T09:00
fulfill #1010 items="BOARD-WAL*2:3900:Walnut cutting board" parcels=ups/1Z7W4E590300010106 source=shopify
at d10T19:00
scan ups 1Z7W4E590300010106 accepted place="Newark,NJ,US" eta=2026-11-20 source=ups
at d11T14:00
scan ups 1Z7W4E590300010106 in_transit place="Atlanta,GA,US" source=ups
expect #1010 class=stuck

=== presumed_lost: no movement for more than five working days
at d2T10:00
order #1011 name="Kim Sample" email=kim.sample@example.com street="40 Dummy Drive" city="Phoenix" region=AZ zip="85001" country=US currency=USD items="TEA-ASSAM*2:990:Assam tea, 250 g" source=shopify
at d3T10:00
fulfill #1011 items="TEA-ASSAM*2:990:Assam tea, 250 g" parcels=usps/9400111800000000010119 source=shopify
at d3T18:00
scan usps 9400111800000000010119 accepted place="Newark,NJ,US" source=aftership
at d5T03:00
scan usps 9400111800000000010119 in_transit place="Kansas City,MO,US" source=aftership
expect #1011 class=presumed_lost

=== out_for_delivery this morning
at d12T16:00
order #1012 name="Lea Demo" email=lea.demo@example.com street="2 Nowhere Court" city="Boston" region=MA zip="02108" country=US currency=USD items="MUG-BLU*1:1450:Blue stoneware mug;PLATE-W*2:1850:White plate" source=shopify
at d14T09:00
fulfill #1012 items="MUG-BLU*1:1450:Blue stoneware mug;PLATE-W*2:1850:White plate" parcels=usps/9400111800000000010126 source=shopify
at d14T17:00
scan usps 9400111800000000010126 accepted place="Newark,NJ,US" eta=2026-11-18 source=aftership
at d15T08:00
scan usps 9400111800000000010126 in_transit place="Springfield,MA,US" source=aftership
at d16T12:10
scan usps 9400111800000000010126 out_for_delivery place="Boston,MA,US" source=aftership
expect #1012 class=out_for_delivery

=== attempt_failed: nobody at home
at d11T10:00
order #1013 name="Max Fictive" email=max.fictive@example.com street="15 Sample Street" city="Dallas" region=TX zip="75201" country=US currency=USD items="RUG-JUTE*1:8900:Jute rug, 120 x 180" source=shopify
at d12T10:00
fulfill #1013 items="RUG-JUTE*1:8900:Jute rug, 120 x 180" parcels=fedex/700000010136 location=berlin source=shopify
at d12T18:00
scan fedex 700000010136 accepted place="Newark,NJ,US" eta=2026-11-17 source=aftership
at d15T13:00
scan fedex 700000010136 out_for_delivery place="Dallas,TX,US" source=aftership
at d15T19:20
scan fedex 700000010136 attempt_failed place="Dallas,TX,US" reason=recipient_unavailable code=08
expect #1013 class=attempt_failed

=== address_problem: the street number is missing
at d11T12:00
order #1014 name="Nia Specimen" email=nia.specimen@example.com street="Example Road" city="Reno" region=NV zip="89501" country=US currency=USD items="VASE-GRN*1:4200:Green glass vase" source=shopify
at d12T11:00
fulfill #1014 items="VASE-GRN*1:4200:Green glass vase" parcels=ups/1Z7W4E590300010142 source=shopify
at d12T20:00
scan ups 1Z7W4E590300010142 accepted place="Newark,NJ,US" eta=2026-11-18 source=ups
at d15T16:00
scan ups 1Z7W4E590300010142 exception place="Reno,NV,US" reason=address_issue code=X7
expect #1014 class=address_problem

=== customs_hold in Brazil
at d9T12:00
order #1015 name="Otavio Demo" email=otavio.demo@example.com street="Rua de Exemplo 10" city="Sao Paulo" region=SP zip="01310-100" country=BR currency=BRL items="CLOCK-WAL*1:5900:Wall clock;VASE-GRN*1:4200:Green glass vase" source=shopify
at d10T09:00
fulfill #1015 items="CLOCK-WAL*1:5900:Wall clock;VASE-GRN*1:4200:Green glass vase" parcels=dhl_express/5200010152 location=berlin source=shopify
at d10T17:00
scan dhl_express 5200010152 accepted place="Leipzig,,DE"
at d13T10:00
scan dhl_express 5200010152 in_transit place="Campinas,SP,BR"
at d14T15:00
scan dhl_express 5200010152 exception place="Campinas,SP,BR" reason=customs_hold code=CD
expect #1015 class=customs_hold

=== pickup_waiting at a parcel shop in Berlin
at d11T08:00
order #1016 name="Paula Muster" email=paula.muster@example.com street="Musterweg 8" city="Berlin" zip="10115" country=DE currency=EUR items="RUG-JUTE*1:8900:Jute rug, 120 x 180" source=shopify
at d12T08:00
fulfill #1016 items="RUG-JUTE*1:8900:Jute rug, 120 x 180" parcels=dhl_parcel_de/00340434110000010166 location=berlin source=shopify
at d12T17:00
scan dhl_parcel_de 00340434110000010166 accepted place="Berlin,,DE"
at d14T09:30
scan dhl_parcel_de 00340434110000010166 available_for_pickup place="Berlin,,DE" pickup_until=2026-11-23
expect #1016 class=pickup_waiting

=== delivered
at d8T10:00
order #1017 name="Quin Demo" email=quin.demo@example.com street="31 Test Lane" city="Atlanta" region=GA zip="30301" country=US currency=USD items="TEA-ASSAM*5:990:Assam tea, 250 g" source=shopify
at d9T10:00
fulfill #1017 items="TEA-ASSAM*5:990:Assam tea, 250 g" parcels=ups/1Z7W4E590300010179 source=shopify
at d9T19:00
scan ups 1Z7W4E590300010179 accepted place="Newark,NJ,US" eta=2026-11-14 source=ups
at d11T12:00
scan ups 1Z7W4E590300010179 out_for_delivery place="Atlanta,GA,US" source=ups
at d11T18:40
scan ups 1Z7W4E590300010179 delivered place="Atlanta,GA,US" note="Front porch" source=ups
expect #1017 class=delivered

=== delivered_not_received: the customer says so
at d8T10:00
order #1018 name="Rosa Placeholder" email=rosa.placeholder@example.com street="8 Dummy Drive" city="Houston" region=TX zip="77002" country=US currency=USD items="PLATE-W*6:1850:White plate" source=shopify
at d9T12:00
fulfill #1018 items="PLATE-W*6:1850:White plate" parcels=usps/9400111800000000010188 source=shopify
at d9T18:00
scan usps 9400111800000000010188 accepted place="Newark,NJ,US" source=aftership
at d13T14:00
scan usps 9400111800000000010188 out_for_delivery place="Houston,TX,US" source=aftership
at d13T20:00
scan usps 9400111800000000010188 delivered place="Houston,TX,US" reason=left_with_neighbor note="Left with neighbor"
at d15T09:00
report #1018 not_received
expect #1018 class=delivered_not_received

=== split_incomplete: one parcel has come, the other has not
at d10T10:00
order #1019 name="Sam Fictive" email=sam.fictive@example.com street="19 Nowhere Court" city="Nashville" region=TN zip="37201" country=US currency=USD items="MUG-BLU*2:1450:Blue stoneware mug;BOARD-WAL*1:3900:Walnut cutting board" source=shopify
at d11T10:00
fulfill #1019 items="MUG-BLU*2:1450:Blue stoneware mug" parcels=ups/1Z7W4E590300101919 id=1019-A source=shopify
at d14T10:00
fulfill #1019 items="BOARD-WAL*1:3900:Walnut cutting board" parcels=ups/1Z7W4E590300101928 id=1019-B source=shopify
at d14T20:00
scan ups 1Z7W4E590300101928 accepted place="Newark,NJ,US" eta=2026-11-20 source=ups
at d14T20:10
scan ups 1Z7W4E590300101919 in_transit place="Louisville,KY,US" source=ups
at d15T17:00
scan ups 1Z7W4E590300101919 delivered place="Nashville,TN,US" source=ups
at d16T08:00
scan ups 1Z7W4E590300101928 in_transit place="Louisville,KY,US" source=ups
expect #1019 class=split_incomplete

=== on_track: in Paris this morning, tomorrow by six
at d13T18:00
order #1020 name="Anna Exemple" email=anna@example.com street="7 rue de l'Exemple" city="Paris" zip="75011" country=FR currency=EUR items="VASE-GRN*2:4200:Green glass vase" promised=2026-11-20
at d14T09:00
fulfill #1020 items="VASE-GRN*2:4200:Green glass vase" parcels=dhl_express/5200010200 location=berlin
at d14T16:30
scan dhl_express 5200010200 accepted place="Berlin,,DE" eta=2026-11-19T18:00:00+01:00 tz=+01:00
at d15T03:10
scan dhl_express 5200010200 in_transit place="Leipzig,,DE" tz=+01:00
at d16T10:20
scan dhl_express 5200010200 in_transit place="Paris,,FR" tz=+01:00
expect #1020 class=on_track

=== damaged on the way
at d9T09:00
order #1021 name="Tea Specimen" email=tea.specimen@example.com street="3 Sample Street" city="Detroit" region=MI zip="48201" country=US currency=USD items="VASE-GRN*1:4200:Green glass vase" source=shopify
at d10T09:00
fulfill #1021 items="VASE-GRN*1:4200:Green glass vase" parcels=fedex/700000010217 source=shopify
at d10T19:00
scan fedex 700000010217 accepted place="Newark,NJ,US" source=aftership
at d14T07:00
scan fedex 700000010217 damaged place="Toledo,OH,US" reason=damaged source=aftership
expect #1021 class=damaged

=== wrong_item in the box
at d7T09:00
order #1022 name="Uma Demo" email=uma.demo@example.com street="14 Example Road" city="San Diego" region=CA zip="92101" country=US currency=USD items="TOWEL-LIN*2:1600:Linen towel" source=shopify
at d8T09:00
fulfill #1022 items="TOWEL-LIN*2:1600:Linen towel" parcels=ups/1Z7W4E590300010222 source=shopify
at d8T19:00
scan ups 1Z7W4E590300010222 accepted place="Newark,NJ,US" source=ups
at d13T18:00
scan ups 1Z7W4E590300010222 delivered place="San Diego,CA,US" source=ups
at d14T08:30
report #1022 wrong_item
expect #1022 class=wrong_item

=== returning: refused at the door
at d7T09:00
order #1023 name="Vik Muster" email=vik.muster@example.com street="90 Test Lane" city="Omaha" region=NE zip="68102" country=US currency=USD items="CLOCK-WAL*1:5900:Wall clock" source=shopify
at d8T09:00
fulfill #1023 items="CLOCK-WAL*1:5900:Wall clock" parcels=ups/1Z7W4E590300010231 source=shopify
at d8T19:00
scan ups 1Z7W4E590300010231 accepted place="Newark,NJ,US" source=ups
at d13T16:00
scan ups 1Z7W4E590300010231 attempt_failed place="Omaha,NE,US" reason=refused
at d15T09:00
scan ups 1Z7W4E590300010231 returning place="Omaha,NE,US" reason=refused
expect #1023 class=returning

=== returned to the warehouse
at d0T09:00
order #1024 name="Wes Placeholder" email=wes.placeholder@example.com street="5 Dummy Drive" city="Fargo" region=ND zip="58102" country=US currency=USD items="BOARD-WAL*1:3900:Walnut cutting board" source=shopify
at d1T09:00
fulfill #1024 items="BOARD-WAL*1:3900:Walnut cutting board" parcels=fedex/700000010240 source=shopify
at d1T19:00
scan fedex 700000010240 accepted place="Newark,NJ,US" source=aftership
at d5T16:00
scan fedex 700000010240 attempt_failed place="Fargo,ND,US" reason=address_issue
at d7T09:00
scan fedex 700000010240 returning place="Fargo,ND,US" source=aftership
at d13T12:00
scan fedex 700000010240 returned place="Newark,NJ,US" source=aftership
expect #1024 class=returned

=== lost: the carrier says so
at d0T09:00
order #1025 name="Xia Sample" email=xia.sample@example.com street="61 Nowhere Court" city="Tulsa" region=OK zip="74103" country=US currency=USD items="MUG-BLU*6:1450:Blue stoneware mug" source=shopify
at d1T09:00
fulfill #1025 items="MUG-BLU*6:1450:Blue stoneware mug" parcels=usps/9400111800000000010256 source=shopify
at d1T19:00
scan usps 9400111800000000010256 accepted place="Newark,NJ,US" source=aftership
at d14T10:00
scan usps 9400111800000000010256 lost place="Memphis,TN,US" reason=lost source=aftership
expect #1025 class=lost

=== cancelled by the customer
at d13T20:00
order #1026 name="Yuri Demo" email=yuri.demo@example.com street="2 Sample Street" city="Albany" region=NY zip="12207" country=US currency=USD items="TEA-ASSAM*1:990:Assam tea, 250 g" source=shopify
at d14T08:00
order #1026 name="Yuri Demo" email=yuri.demo@example.com street="2 Sample Street" city=Albany region=NY zip=12207 country=US state=cancelled financial=voided why=customer items="TEA-ASSAM*1:990:Assam tea, 250 g" placed=d13T20:00 source=shopify
expect #1026 class=cancelled

=== refunded in full
at d9T20:00
order #1027 name="Zoe Fictive" email=zoe.fictive@example.com street="7 Example Road" city="Salem" region=OR zip="97301" country=US currency=USD items="LAMP-OAK*1:12900:Oak table lamp"
at d14T08:00
refund #1027 full amount=12900 items=LAMP-OAK*1
expect #1027 class=refunded

=== data_conflict: the back office has another quantity and country
at d15T09:00
order #1028 name="Abe Muster" email=abe.muster@example.com street="18 Test Lane" city="Provo" region=UT zip="84601" country=US currency=USD items="PLATE-W*6:1850:White plate"
at d15T09:30
order SO-5528 ref=#1028 role=back_office source=erp name="Abe Muster" email=abe.muster@example.com street="18 Test Lane" city=Provo region=UT zip=84601 country=US items="PLATE-W*4:1850:White plate"
expect #1028 class=data_conflict

=== cash on delivery in India, first attempt failed
at d8T06:00
order #1029 name="Bina Demo" email=bina.demo@example.com street="12 Example Nagar" city="Bengaluru" region=KA zip="560001" country=IN currency=INR items="TEA-ASSAM*2:990:Assam tea, 250 g" cod source=shopify
at d9T06:00
fulfill #1029 items="TEA-ASSAM*2:990:Assam tea, 250 g" parcels=delhivery/14908211003344 source=shopify
at d9T12:00
scan delhivery 14908211003344 accepted place="Mumbai,MH,IN"
at d14T05:00
scan delhivery 14908211003344 out_for_delivery place="Bengaluru,KA,IN"
at d15T11:00
scan delhivery 14908211003344 attempt_failed place="Bengaluru,KA,IN" reason=payment_cod code=EOD-6
expect #1029 class=attempt_failed

=== two legs: handed over to Canada Post
at d8T10:00
order #1030 name="Cam Sample" email=cam.sample@example.com street="45 Placeholder Ave" city="Ottawa" region=ON zip="K1A 0B1" country=CA currency=CAD items="TOWEL-LIN*4:1600:Linen towel" source=shopify
at d9T10:00
fulfill #1030 items="TOWEL-LIN*4:1600:Linen towel" parcels=deutsche_post/LX314000304DE location=berlin source=shopify
at d9T16:00
scan deutsche_post LX314000304DE accepted place="Berlin,,DE"
at d14T08:00
scan deutsche_post LX314000304DE in_transit place="Montreal,QC,CA" next_carrier=canada_post next_number=7023000000000307
at d15T09:00
scan canada_post 7023000000000307 accepted place="Montreal,QC,CA" eta=2026-11-20
at d16T10:00
scan canada_post 7023000000000307 in_transit place="Ottawa,ON,CA"
expect #1030 class=on_track

=== customs done, moving again
at d7T10:00
order #1031 name="Davi Demo" email=davi.demo@example.com street="Avenida Modelo 200" city="Rio de Janeiro" region=RJ zip="20040-002" country=BR currency=BRL items="CLOCK-WAL*1:5900:Wall clock" source=shopify
at d8T10:00
fulfill #1031 items="CLOCK-WAL*1:5900:Wall clock" parcels=dhl_express/5200010314 location=berlin source=shopify
at d8T17:00
scan dhl_express 5200010314 accepted place="Leipzig,,DE" eta=2026-11-20
at d10T10:00
scan dhl_express 5200010314 exception place="Campinas,SP,BR" reason=customs_hold
at d15T12:00
scan dhl_express 5200010314 in_transit place="Campinas,SP,BR"
at d16T09:00
scan dhl_express 5200010314 in_transit place="Rio de Janeiro,RJ,BR"
expect #1031 class=on_track

=== storefront says fulfilled, the warehouse has not picked one line
at d14T10:00
order #1032 name="Eda Specimen" email=eda.specimen@example.com street="4 Nowhere Court" city="Fresno" region=CA zip="93721" country=US currency=USD items="MUG-BLU*1:1450:Blue stoneware mug;CLOCK-WAL*1:5900:Wall clock"
at d15T10:00
fulfill #1032 items="MUG-BLU*1:1450:Blue stoneware mug;CLOCK-WAL*1:5900:Wall clock" parcels=ups/1Z7W4E590300010320
at d15T10:30
fulfill #1032 id=wms-1 role=warehouse source=wms state=shipped items="MUG-BLU*1:1450:Blue stoneware mug" parcels=ups/1Z7W4E590300010320
at d15T10:31
fulfill #1032 id=wms-2 role=warehouse source=wms state=open items="CLOCK-WAL*1:5900:Wall clock"
at d15T20:00
scan ups 1Z7W4E590300010320 accepted place="Newark,NJ,US" eta=2026-11-20 source=ups
at d16T09:00
scan ups 1Z7W4E590300010320 in_transit place="Columbus,OH,US" source=ups

=== two warehouses, two parcels
at d12T10:00
order #1033 name="Emil Muster" email=emil.muster@example.com street="Beispielstr. 3" city="Hamburg" zip="20095" country=DE currency=EUR items="MUG-BLU*2:1450:Blue stoneware mug;RUG-JUTE*1:8900:Jute rug, 120 x 180" source=shopify
at d14T10:00
fulfill #1033 items="RUG-JUTE*1:8900:Jute rug, 120 x 180" parcels=dhl_parcel_de/00340434110000010333 id=1033-B location=berlin source=shopify
at d14T17:00
scan dhl_parcel_de 00340434110000010333 accepted place="Berlin,,DE" eta=2026-11-19
at d15T10:00
fulfill #1033 items="MUG-BLU*2:1450:Blue stoneware mug" parcels=ups/1Z7W4E590300010339 id=1033-NJ location=new-jersey source=shopify
at d15T21:00
scan ups 1Z7W4E590300010339 accepted place="Newark,NJ,US" eta=2026-11-23 source=ups
at d16T05:00
scan dhl_parcel_de 00340434110000010333 in_transit place="Hamburg,,DE"

=== edited after it had left: one plate more
at d12T10:00
order #1034 name="Fay Demo" email=fay.demo@example.com street="27 Example Road" city="Tucson" region=AZ zip="85701" country=US currency=USD items="PLATE-W*2:1850:White plate" source=shopify
at d14T10:00
fulfill #1034 items="PLATE-W*2:1850:White plate" parcels=ups/1Z7W4E590300010348 source=shopify
at d14T20:00
scan ups 1Z7W4E590300010348 accepted place="Newark,NJ,US" eta=2026-11-19 source=ups
at d15T09:00
order #1034 name="Fay Demo" email=fay.demo@example.com street="27 Example Road" city="Tucson" region=AZ zip="85701" country=US currency=USD placed=d12T10:00 items="PLATE-W*3:1850:White plate" source=shopify
at d16T09:00
scan ups 1Z7W4E590300010348 in_transit place="Albuquerque,NM,US" source=ups

=== one parcel for two orders of one customer
at d12T10:00
order #1035 name="Gus Placeholder" email=gus.placeholder@example.com street="11 Test Lane" city="Mobile" region=AL zip="36602" country=US currency=USD items="MUG-BLU*1:1450:Blue stoneware mug"
at d12T16:00
order #1036 name="Gus Placeholder" email=gus.placeholder@example.com street="11 Test Lane" city="Mobile" region=AL zip="36602" country=US currency=USD items="TEA-ASSAM*1:990:Assam tea, 250 g"
at d14T10:00
fulfill #1035 items="MUG-BLU*1:1450:Blue stoneware mug" parcels=ups/1Z7W4E590300010357
at d14T10:01
fulfill #1036 items="TEA-ASSAM*1:990:Assam tea, 250 g" parcels=ups/1Z7W4E590300010357
at d14T20:00
scan ups 1Z7W4E590300010357 accepted place="Newark,NJ,US" eta=2026-11-19 source=ups
at d16T09:00
scan ups 1Z7W4E590300010357 in_transit place="Atlanta,GA,US" source=ups
expect #1035 class=on_track
expect #1036 class=on_track

=== delivered in London by Royal Mail
at d7T10:00
order #1037 name="Hal Sample" email=hal.sample@example.com street="1 Example Mews" city="London" zip="SW1A 1AA" country=GB currency=GBP items="VASE-GRN*1:4200:Green glass vase" source=shopify
at d8T10:00
fulfill #1037 items="VASE-GRN*1:4200:Green glass vase" parcels=royal_mail/QA314000370GB location=berlin source=shopify
at d10T12:00
scan royal_mail QA314000370GB accepted place="London,,GB"
at d13T11:00
scan royal_mail QA314000370GB delivered place="London,,GB" reason=signed signed=SAMPLE
expect #1037 class=delivered

=== on its way in the Netherlands
at d13T10:00
order #1038 name="Ida Demo" email=ida.demo@example.com street="Voorbeeldlaan 5" city="Utrecht" zip="3511 AA" country=NL currency=EUR items="TOWEL-LIN*2:1600:Linen towel" source=shopify
at d14T10:00
fulfill #1038 items="TOWEL-LIN*2:1600:Linen towel" parcels=postnl/3SDEMO000010388 location=berlin source=shopify
at d15T12:00
scan postnl 3SDEMO000010388 accepted place="Utrecht,,NL" eta=2026-11-19
at d16T07:00
scan postnl 3SDEMO000010388 in_transit place="Utrecht,,NL"
expect #1038 class=on_track

=== across the world to Sydney
at d9T10:00
order #1039 name="Jack Fictive" email=jack.fictive@example.com street="8 Placeholder Parade" city="Sydney" region=NSW zip="2000" country=AU currency=AUD items="CLOCK-WAL*1:5900:Wall clock" source=shopify
at d10T10:00
fulfill #1039 items="CLOCK-WAL*1:5900:Wall clock" parcels=australia_post/EB314000397AU location=new-jersey source=shopify
at d10T20:00
scan australia_post EB314000397AU accepted place="Newark,NJ,US" eta=2026-11-24
at d15T22:00
scan australia_post EB314000397AU in_transit place="Sydney,NSW,AU"
expect #1039 class=on_track

=== prepaid in India, moving
at d12T06:00
order #1040 name="Kavi Demo" email=kavi.demo@example.com street="3 Example Marg" city="New Delhi" region=DL zip="110001" country=IN currency=INR items="MUG-BLU*2:1450:Blue stoneware mug" source=shopify
at d13T06:00
fulfill #1040 items="MUG-BLU*2:1450:Blue stoneware mug" parcels=delhivery/14908211005566 source=shopify
at d13T12:00
scan delhivery 14908211005566 accepted place="Mumbai,MH,IN" eta=2026-11-20
at d16T04:00
scan delhivery 14908211005566 in_transit place="New Delhi,DL,IN"
expect #1040 class=on_track

=== a storm holds the parcel
at d12T10:00
order #1041 name="Lou Specimen" email=lou.specimen@example.com street="6 Sample Street" city="Buffalo" region=NY zip="14202" country=US currency=USD items="RUG-JUTE*1:8900:Jute rug, 120 x 180" source=shopify
at d14T10:00
fulfill #1041 items="RUG-JUTE*1:8900:Jute rug, 120 x 180" parcels=usps/9400111800000000010416 source=shopify
at d14T18:00
scan usps 9400111800000000010416 accepted place="Newark,NJ,US" eta=2026-11-18 source=aftership
at d16T10:00
scan usps 9400111800000000010416 exception place="Syracuse,NY,US" reason=weather

=== a customer with three open orders
at d12T10:00
order #1042 name="Marta Muster" email=marta@example.com street="52 Example Road" city="Madison" region=WI zip="53703" country=US currency=USD items="MUG-BLU*1:1450:Blue stoneware mug" source=shopify
at d15T10:00
order #1043 name="Marta Muster" email=marta@example.com street="52 Example Road" city="Madison" region=WI zip="53703" country=US currency=USD items="TEA-ASSAM*3:990:Assam tea, 250 g" source=shopify
at d15T20:00
order #1044 name="Marta Muster" email=marta@example.com street="52 Example Road" city="Madison" region=WI zip="53703" country=US currency=USD items="TOWEL-LIN*1:1600:Linen towel" source=shopify
expect #1043 class=awaiting_fulfillment
expect #1044 class=awaiting_fulfillment

=== the first of the three is on its way
at d14T10:01
fulfill #1042 items="MUG-BLU*1:1450:Blue stoneware mug" parcels=ups/1Z7W4E590300010428 source=shopify
at d14T20:00
scan ups 1Z7W4E590300010428 accepted place="Newark,NJ,US" eta=2026-11-19 source=ups
at d16T09:00
scan ups 1Z7W4E590300010428 in_transit place="Chicago,IL,US" source=ups
expect #1042 class=on_track

=== the carrier does not know the number yet
at d14T10:00
order #1045 name="Nora Muster" email=nora.muster@example.com street="Musterplatz 1" city="Wien" zip="1010" country=AT currency=EUR items="VASE-GRN*1:4200:Green glass vase" source=shopify
at d16T08:00
fulfill #1045 items="VASE-GRN*1:4200:Green glass vase" parcels=dhl_express/5200010454 location=berlin source=shopify
at d16T09:00
notfound dhl_express 5200010454

=== to Milan
at d12T10:00
order #1046 name="Olga Esempio" email=olga.esempio@example.com street="Via Esempio 2" city="Milano" region=MI zip="20121" country=IT currency=EUR items="TOWEL-LIN*1:1600:Linen towel;VASE-GRN*1:4200:Green glass vase" source=shopify
at d14T10:00
fulfill #1046 items="TOWEL-LIN*1:1600:Linen towel;VASE-GRN*1:4200:Green glass vase" parcels=poste_italiane/CP314000468IT location=berlin source=shopify
at d14T18:00
scan poste_italiane CP314000468IT accepted place="Berlin,,DE" eta=2026-11-20
at d16T08:00
scan poste_italiane CP314000468IT in_transit place="Milano,MI,IT"
expect #1046 class=on_track

=== delivered in Lyon
at d8T10:00
order #1047 name="Paul Exemple" email=paul.exemple@example.com street="3 place du Modele" city="Lyon" zip="69002" country=FR currency=EUR items="RUG-JUTE*1:8900:Jute rug, 120 x 180" source=shopify
at d9T10:00
fulfill #1047 items="RUG-JUTE*1:8900:Jute rug, 120 x 180" parcels=la_poste/6A00010470001 location=berlin source=shopify
at d9T18:00
scan la_poste 6A00010470001 accepted place="Berlin,,DE"
at d13T10:00
scan la_poste 6A00010470001 delivered place="Lyon,,FR"
expect #1047 class=delivered

=== to Madrid, collected from the counter
at d8T10:00
order #1048 name="Rut Ejemplo" email=rut.ejemplo@example.com street="Calle Ejemplo 9" city="Madrid" zip="28001" country=ES currency=EUR items="MUG-BLU*3:1450:Blue stoneware mug" source=shopify
at d9T10:00
fulfill #1048 items="MUG-BLU*3:1450:Blue stoneware mug" parcels=correos/RB314000485ES location=berlin source=shopify
at d9T18:00
scan correos RB314000485ES accepted place="Berlin,,DE"
at d11T10:00
scan correos RB314000485ES available_for_pickup place="Madrid,,ES"
at d14T18:00
scan correos RB314000485ES delivered place="Madrid,,ES"
expect #1048 class=delivered
