-- The limits that held, by when they were recorded. A store that is older goes by the configuration's until they change: an empty text.
CREATE TABLE promise_set (merchant_id INTEGER NOT NULL, pos INTEGER NOT NULL, at_us INTEGER NOT NULL, version TEXT NOT NULL,
    rules TEXT NOT NULL, PRIMARY KEY (merchant_id, pos)) STRICT, WITHOUT ROWID;
INSERT INTO promise_set SELECT merchant_id, 0, 0, '', '' FROM fold_position;
-- Each version of an incident by when it was told. Of those that are there already the newest version is all that is known.
CREATE TABLE incident_past (
    merchant_id INTEGER NOT NULL, incident_id TEXT NOT NULL, changed_us INTEGER NOT NULL, pos INTEGER NOT NULL, idx INTEGER NOT NULL,
    kind INTEGER NOT NULL, carrier TEXT NOT NULL, country TEXT NOT NULL, region TEXT NOT NULL, from_us INTEGER NOT NULL,
    until_us INTEGER NOT NULL, withdrawn INTEGER NOT NULL, known_us INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, incident_id, pos, idx)) STRICT, WITHOUT ROWID;
INSERT INTO incident_past SELECT merchant_id, incident_id, changed_us, pos, idx, kind, carrier, country, region, from_us, until_us,
    withdrawn, known_us FROM incident;
