-- Actions: what Wismo does or proposes to do outside; the rows of the budgets. The order's row remembers what waits for a person.
ALTER TABLE order_case ADD COLUMN acts BLOB;
CREATE TABLE action (
    merchant_id INTEGER NOT NULL, action_no INTEGER NOT NULL, key TEXT NOT NULL, order_no INTEGER NOT NULL, customer TEXT NOT NULL,
    state INTEGER NOT NULL, at_us INTEGER NOT NULL, day INTEGER NOT NULL, stock INTEGER NOT NULL, body BLOB NOT NULL,
    pos INTEGER NOT NULL, idx INTEGER NOT NULL, request_pos INTEGER NOT NULL, request_idx INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, action_no)) STRICT;
CREATE UNIQUE INDEX action_key ON action (merchant_id, key);
CREATE INDEX action_order ON action (merchant_id, order_no);
CREATE INDEX action_customer ON action (merchant_id, customer, at_us);
CREATE INDEX action_day ON action (merchant_id, day);
CREATE INDEX action_stock ON action (merchant_id, stock);
CREATE INDEX action_state ON action (merchant_id, state);
CREATE TABLE act_policy (merchant_id INTEGER NOT NULL, pos INTEGER NOT NULL, version TEXT NOT NULL, rules TEXT NOT NULL,
    PRIMARY KEY (merchant_id, pos)) STRICT, WITHOUT ROWID;
