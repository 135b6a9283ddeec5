-- What decisions want done outside. Rows come with the fold's transaction; only lease and control are written outside of it.
ALTER TABLE order_case ADD COLUMN told BLOB;
CREATE TABLE outbox (
    merchant_id INTEGER NOT NULL, key TEXT NOT NULL, order_no INTEGER NOT NULL, capability TEXT NOT NULL, channel INTEGER NOT NULL,
    items TEXT NOT NULL, generation INTEGER NOT NULL, state INTEGER NOT NULL, not_before_us INTEGER NOT NULL,
    not_after_us INTEGER NOT NULL, next_us INTEGER NOT NULL, attempts INTEGER NOT NULL, started INTEGER NOT NULL,
    settled_us INTEGER NOT NULL, why TEXT NOT NULL, pos INTEGER NOT NULL, idx INTEGER NOT NULL, text_pos INTEGER NOT NULL,
    text_idx INTEGER NOT NULL, lease_us INTEGER NOT NULL, lease_by TEXT NOT NULL, PRIMARY KEY (merchant_id, key)) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_open ON outbox (merchant_id, next_us) WHERE state = 0;
CREATE INDEX outbox_order ON outbox (merchant_id, order_no);
CREATE TABLE policy (merchant_id INTEGER NOT NULL, pos INTEGER NOT NULL, version TEXT NOT NULL, rules TEXT NOT NULL,
    PRIMARY KEY (merchant_id, pos)) STRICT, WITHOUT ROWID;
CREATE TABLE consent (merchant_id INTEGER NOT NULL, customer TEXT NOT NULL, channel INTEGER NOT NULL, withdrawn INTEGER NOT NULL,
    changed_us INTEGER NOT NULL, PRIMARY KEY (merchant_id, customer, channel)) STRICT, WITHOUT ROWID;
CREATE TABLE obligation (merchant_id INTEGER NOT NULL, order_no INTEGER NOT NULL, key TEXT NOT NULL, made_us INTEGER NOT NULL,
    due_us INTEGER NOT NULL, state INTEGER NOT NULL, PRIMARY KEY (merchant_id, key)) STRICT, WITHOUT ROWID;
CREATE TABLE control (merchant_id INTEGER NOT NULL, what TEXT NOT NULL, paused INTEGER NOT NULL, why TEXT NOT NULL,
    changed_us INTEGER NOT NULL, PRIMARY KEY (merchant_id, what)) STRICT, WITHOUT ROWID;
