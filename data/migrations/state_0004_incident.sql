-- What slows a carrier down in an area: the newest version of each, and when it was first heard of.
CREATE TABLE incident (merchant_id INTEGER NOT NULL, incident_id TEXT NOT NULL, changed_us INTEGER NOT NULL, pos INTEGER NOT NULL,
    idx INTEGER NOT NULL, kind INTEGER NOT NULL, carrier TEXT NOT NULL, country TEXT NOT NULL, region TEXT NOT NULL,
    from_us INTEGER NOT NULL, until_us INTEGER NOT NULL, withdrawn INTEGER NOT NULL, known_us INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, incident_id)) STRICT, WITHOUT ROWID;
