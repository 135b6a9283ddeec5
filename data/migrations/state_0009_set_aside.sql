-- Rows that are damaged, or that the fold cannot take, are passed over and listed with what could not be decoded.
ALTER TABLE undecoded ADD COLUMN set_aside INTEGER NOT NULL DEFAULT 0;
-- What is remembered of an account's polls over a restart.
CREATE TABLE poll_account (
    merchant_id INTEGER NOT NULL, account TEXT NOT NULL, told_us INTEGER NOT NULL, failed_us INTEGER NOT NULL,
    failures INTEGER NOT NULL, pause_us INTEGER NOT NULL, free_us INTEGER NOT NULL, day_free_us INTEGER NOT NULL,
    parcels INTEGER NOT NULL, parcel_due_us INTEGER NOT NULL, PRIMARY KEY (merchant_id, account)) STRICT, WITHOUT ROWID;
