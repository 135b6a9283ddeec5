-- What was known at a time: levels of stock by when each was told, and when vendors that were asked told nothing new.
CREATE TABLE inventory_past (
    merchant_id INTEGER NOT NULL, item TEXT NOT NULL, location TEXT NOT NULL, since_us INTEGER NOT NULL, changed_us INTEGER NOT NULL,
    available INTEGER NOT NULL, restock_at TEXT NOT NULL, net_of_orders INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, item, location, since_us)) STRICT, WITHOUT ROWID;
INSERT INTO inventory_past SELECT merchant_id, item, location, fresh_us, changed_us, available, restock_at, net_of_orders FROM inventory;
CREATE TABLE heard (merchant_id INTEGER NOT NULL, is_parcel INTEGER NOT NULL, row_no INTEGER NOT NULL, at_us INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, is_parcel, row_no, at_us)) STRICT, WITHOUT ROWID;
