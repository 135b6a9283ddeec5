-- Which orders wait for which item, and whether a level is already less what open orders took.
ALTER TABLE inventory ADD COLUMN net_of_orders INTEGER NOT NULL DEFAULT 0;
CREATE TABLE stock_wait (merchant_id INTEGER NOT NULL, item TEXT NOT NULL, order_no INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, item, order_no)) STRICT, WITHOUT ROWID;
