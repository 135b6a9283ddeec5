# A promised update in Japanese: day and hour as Japanese writes them, on the customer's clock in Tokyo.
messages
start 2026-11-16T02:00:00Z
order #1023 email=yui@example.com locale=ja-JP city=Tokyo zip=100-0001 country=JP items="MUG*1:1450:青いマグ"
at d0T06:00
fulfill #1023 items=MUG*1 parcels=ups/1Z7W4E590300010062
at d0T08:00
scan ups 1Z7W4E590300010062 accepted place=Osaka,,JP eta=2026-11-24
at d4T08:00
message #1023 silent says="11月20日金曜日 8:00まで"
