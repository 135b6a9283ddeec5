-- Which model of delivery estimates holds from which position on; its body is its fact's.
CREATE TABLE estimate_model (merchant_id INTEGER NOT NULL, pos INTEGER NOT NULL, idx INTEGER NOT NULL, at_us INTEGER NOT NULL,
    id TEXT NOT NULL, PRIMARY KEY (merchant_id, pos, idx)) STRICT, WITHOUT ROWID;
