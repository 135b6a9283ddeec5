# The reason that a carrier gives is said in the customer's language, and what the customer can choose.
messages
start 2026-11-16T15:00:00Z
order #1024 email=bia@example.com locale=pt-BR city=Recife zip=50000-000 country=BR items="MUG*1:1450:Caneca azul"
at d0T20:00
fulfill #1024 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d1T14:00
scan ups 1Z7W4E590300010062 accepted place=Santos,SP,BR eta=2026-11-24
at d2T15:00
scan ups 1Z7W4E590300010062 returning place=Recife,PE,BR reason=refused
message #1024 returning says="motivo: uma recusa"
