-- A customer's orders, by their random id: what they have claimed and bought. Of orders told before, once they are told of again.
CREATE TABLE customer_order (
    merchant_id INTEGER NOT NULL, customer TEXT NOT NULL, order_no INTEGER NOT NULL, placed_us INTEGER NOT NULL,
    claim_us INTEGER NOT NULL, total_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    PRIMARY KEY (merchant_id, customer, order_no)) STRICT, WITHOUT ROWID;
