# The same in the customer's language, by what a portal tells alone.
start 2026-11-16T15:00:00Z
policy
order #1020 name="Anna Beispiel" email=anna@example.com phone=+4915112345678 street="Musterstr. 1" city=Berlin zip=10115 country=DE locale=de-DE items="MUG*1:1450:Blaue Tasse"
fulfill #1020 items=MUG*1 parcels=dhl/00340434161094022115
at d2T18:00
scan dhl 00340434161094022115 delivered place=Berlin,,DE
at d6T12:00
return #1020 received source=portal items=MUG*1
says "Wo bleibt meine Rückerstattung? Ich habe das Paket zurückgeschickt" from=anna@example.com channel=email
bot "Ihre Rücksendung ist" "angekommen und noch nicht geprüft"
