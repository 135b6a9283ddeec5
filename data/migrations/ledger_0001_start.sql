-- The ledger: what was received, raw (zstd, then sealed under a key of its own), and nothing derived.
CREATE TABLE merchant (merchant_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_us INTEGER NOT NULL) STRICT;
CREATE TABLE received (
    merchant_id INTEGER NOT NULL, pos INTEGER NOT NULL, at_us INTEGER NOT NULL, source INTEGER NOT NULL,
    origin INTEGER NOT NULL, account TEXT NOT NULL, request_id TEXT NOT NULL, day INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (merchant_id, pos)) STRICT, WITHOUT ROWID;
CREATE TABLE raw_key (merchant_id INTEGER NOT NULL, pos INTEGER NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (merchant_id, pos)) STRICT, WITHOUT ROWID;
CREATE TABLE day_key (merchant_id INTEGER NOT NULL, day INTEGER NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (merchant_id, day)) STRICT, WITHOUT ROWID;
