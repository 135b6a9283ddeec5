-- Reads wait for their time; a list remembers where it began; settings that vendors gave (their newest signing keys).
ALTER TABLE fetch ADD COLUMN due_us INTEGER NOT NULL DEFAULT 0;
CREATE INDEX fetch_asked ON fetch (merchant_id, account, asked_us);
ALTER TABLE poll_cursor ADD COLUMN since_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE poll_cursor ADD COLUMN started_us INTEGER NOT NULL DEFAULT 0;
CREATE TABLE learned_setting (merchant_id INTEGER NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    learned_us INTEGER NOT NULL, PRIMARY KEY (merchant_id, account, name)) STRICT, WITHOUT ROWID;
