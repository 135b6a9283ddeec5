-- A pause set while no server runs becomes a fact when one does.
ALTER TABLE control ADD COLUMN recorded INTEGER NOT NULL DEFAULT 1;
