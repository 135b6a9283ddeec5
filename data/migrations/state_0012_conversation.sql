-- Conversations: what customers wrote and what they were answered, one row a matter across channels. Keys are keyed hashes of
-- threads and are not derived again; everything else follows the facts.
CREATE TABLE conversation (
    merchant_id INTEGER NOT NULL, conversation_no INTEGER NOT NULL, subject INTEGER NOT NULL, order_no INTEGER NOT NULL,
    customer TEXT NOT NULL, channel INTEGER NOT NULL, state TEXT NOT NULL, opened_us INTEGER NOT NULL, last_us INTEGER NOT NULL,
    asked_pos INTEGER NOT NULL, asked_idx INTEGER NOT NULL, answered_pos INTEGER NOT NULL, answered_idx INTEGER NOT NULL,
    turn_pos INTEGER NOT NULL, turn_idx INTEGER NOT NULL, waiting INTEGER NOT NULL, person INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, conversation_no)) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_waiting ON conversation (merchant_id, asked_pos) WHERE waiting = 1;
CREATE INDEX conversation_person ON conversation (merchant_id, last_us) WHERE person = 1;
CREATE INDEX conversation_customer ON conversation (merchant_id, customer, last_us);
CREATE INDEX conversation_order ON conversation (merchant_id, order_no) WHERE order_no > 0;
CREATE TABLE conversation_line (merchant_id INTEGER NOT NULL, conversation_no INTEGER NOT NULL, pos INTEGER NOT NULL,
    idx INTEGER NOT NULL, message TEXT NOT NULL, PRIMARY KEY (merchant_id, conversation_no, pos, idx)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX conversation_message ON conversation_line (merchant_id, message) WHERE message <> '';
CREATE TABLE conversation_key (merchant_id INTEGER NOT NULL, hash BLOB NOT NULL, conversation_no INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, hash)) STRICT, WITHOUT ROWID;
