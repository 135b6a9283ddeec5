-- What is derived from the ledger, with the position it has reached, and the facts themselves.
CREATE TABLE fold_position (merchant_id INTEGER PRIMARY KEY, pos INTEGER NOT NULL, now_us INTEGER NOT NULL,
    parcel_no INTEGER NOT NULL, order_no INTEGER NOT NULL, subject_no INTEGER NOT NULL) STRICT;
CREATE TABLE fact (
    merchant_id INTEGER NOT NULL, pos INTEGER NOT NULL, idx INTEGER NOT NULL, kind INTEGER NOT NULL, origin INTEGER NOT NULL,
    at_us INTEGER NOT NULL, account TEXT NOT NULL, subject INTEGER NOT NULL, build INTEGER NOT NULL, clear BLOB NOT NULL,
    sealed BLOB, PRIMARY KEY (merchant_id, pos, idx)) STRICT, WITHOUT ROWID;
CREATE TABLE undecoded (merchant_id INTEGER NOT NULL, pos INTEGER NOT NULL, at_us INTEGER NOT NULL, account TEXT NOT NULL,
    why TEXT NOT NULL, build INTEGER NOT NULL, PRIMARY KEY (merchant_id, pos)) STRICT, WITHOUT ROWID;
CREATE TABLE unknown_code (merchant_id INTEGER NOT NULL, account TEXT NOT NULL, carrier TEXT NOT NULL, code TEXT NOT NULL,
    seen INTEGER NOT NULL, last_us INTEGER NOT NULL, PRIMARY KEY (merchant_id, account, carrier, code)) STRICT, WITHOUT ROWID;
CREATE TABLE parcel (
    merchant_id INTEGER NOT NULL, parcel_no INTEGER NOT NULL, due_us INTEGER NOT NULL, subject INTEGER NOT NULL,
    number TEXT NOT NULL, body BLOB NOT NULL, hist BLOB, PRIMARY KEY (merchant_id, parcel_no)) STRICT;
CREATE UNIQUE INDEX parcel_number ON parcel (merchant_id, number);
CREATE TABLE order_case (
    merchant_id INTEGER NOT NULL, order_no INTEGER NOT NULL, due_us INTEGER NOT NULL, subject INTEGER NOT NULL,
    body BLOB NOT NULL, hist BLOB, PRIMARY KEY (merchant_id, order_no)) STRICT;
CREATE TABLE order_alias (merchant_id INTEGER NOT NULL, alias TEXT NOT NULL, order_no INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, alias, order_no)) STRICT, WITHOUT ROWID;
CREATE TABLE order_fact (merchant_id INTEGER NOT NULL, order_no INTEGER NOT NULL, pos INTEGER NOT NULL, idx INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, order_no, pos, idx)) STRICT, WITHOUT ROWID;
CREATE TABLE contact (merchant_id INTEGER NOT NULL, hash BLOB NOT NULL, order_no INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, hash, order_no)) STRICT, WITHOUT ROWID;
CREATE TABLE customer (merchant_id INTEGER NOT NULL, hash BLOB NOT NULL, customer_id TEXT NOT NULL,
    PRIMARY KEY (merchant_id, hash)) STRICT, WITHOUT ROWID;
CREATE TABLE subject_key (merchant_id INTEGER NOT NULL, subject_no INTEGER NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (merchant_id, subject_no)) STRICT, WITHOUT ROWID;
CREATE TABLE inventory (
    merchant_id INTEGER NOT NULL, item TEXT NOT NULL, location TEXT NOT NULL, changed_us INTEGER NOT NULL,
    pos INTEGER NOT NULL, available INTEGER NOT NULL, restock_at TEXT NOT NULL, fresh_us INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, item, location)) STRICT, WITHOUT ROWID;
CREATE TABLE item_ref (merchant_id INTEGER NOT NULL, account TEXT NOT NULL, ref TEXT NOT NULL, sku TEXT NOT NULL,
    PRIMARY KEY (merchant_id, account, ref)) STRICT, WITHOUT ROWID;
CREATE TABLE poll_cursor (merchant_id INTEGER NOT NULL, account TEXT NOT NULL, cursor TEXT NOT NULL, polled_us INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, account)) STRICT, WITHOUT ROWID;
CREATE TABLE fetch (merchant_id INTEGER NOT NULL, account TEXT NOT NULL, what TEXT NOT NULL, id TEXT NOT NULL,
    asked_us INTEGER NOT NULL, tries INTEGER NOT NULL, PRIMARY KEY (merchant_id, account, what, id)) STRICT, WITHOUT ROWID;
