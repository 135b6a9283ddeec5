# Arabic for a locale of Egypt; the store's own language does not show through.
messages
start 2026-11-16T15:00:00Z
order #1025 email=amal@example.com locale=ar-EG city=Cairo zip=11511 country=EG items="MUG*1:1450:Mug"
message #1025 confirmation not="Thank you" says="#1025"
