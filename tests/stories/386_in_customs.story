# Customs: explained, no action needed, no promise for Friday (R67).
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com phone=+13125550142 street="1 Sample Street" city=Toronto region=ON zip="M5V 2T6" country=CA items="MUG*1:1450:Blue mug"
fulfill #1020 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d2T15:00
scan ups 1Z7W4E590300010062 exception reason=customs_hold place=Toronto,ON,CA
says "why is my order stuck, will it be here by friday?" from=anna@example.com channel=email
bot "customs"
