-- What the merchant says of itself: its documents' versions, the passages of those that hold, their words to be found by, and where in the
-- ledger questions stand that no passage answered.
CREATE TABLE knowledge_doc (merchant_id INTEGER NOT NULL, doc TEXT NOT NULL, edition INTEGER NOT NULL, pos INTEGER NOT NULL,
    idx INTEGER NOT NULL, at_us INTEGER NOT NULL, state INTEGER NOT NULL, title TEXT NOT NULL, lang TEXT NOT NULL, dated_us INTEGER NOT NULL,
    digest TEXT NOT NULL, passages INTEGER NOT NULL, PRIMARY KEY (merchant_id, doc, edition)) STRICT, WITHOUT ROWID;
CREATE TABLE knowledge_passage (merchant_id INTEGER NOT NULL, passage_no INTEGER NOT NULL, doc TEXT NOT NULL, heading TEXT NOT NULL,
    words TEXT NOT NULL, PRIMARY KEY (merchant_id, passage_no)) STRICT, WITHOUT ROWID;
CREATE INDEX knowledge_passage_doc ON knowledge_passage (merchant_id, doc);
-- Words are stemmed before they come here; the tokeniser only splits at blanks.
CREATE VIRTUAL TABLE knowledge_index USING fts5 (heading, words, merchant_id UNINDEXED, passage_no UNINDEXED, doc UNINDEXED, lang UNINDEXED,
    tokenize = 'ascii');
CREATE TABLE knowledge_gap (merchant_id INTEGER NOT NULL, pos INTEGER NOT NULL, at_us INTEGER NOT NULL,
    PRIMARY KEY (merchant_id, pos)) STRICT, WITHOUT ROWID;
