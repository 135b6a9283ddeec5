# "ok" behind an answer is no question: no list.
start 2026-11-16T15:00:00Z
order #1020 name="Anna Exemple" email=anna@example.com city=Chicago region=IL zip=60601 country=US items="MUG*1:1450:Blue mug"
says "where is my order?" from=anna@example.com channel=chat
bot "prepared"
says "ok"
bot "welcome" choices=0
