-- A ephemera.db of schema 1, as the joinpass that had it made it.
PRAGMA journal_mode=PERSIST;
PRAGMA application_id=1785742704;
PRAGMA user_version=1;
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE consent(
  state_key BLOB PRIMARY KEY,
  expires_at INTEGER NOT NULL,
  sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX consent_by_end ON consent(expires_at);
INSERT INTO meta(name,value) VALUES('key_check',x'01000000011d985569d6676366d6d14ad03db6cafc6ffe1db34a0e6b5d0fe3b32ec9b5c8679076467f');
INSERT INTO consent(state_key,expires_at,sealed) VALUES(x'7704b7b1e5ab8f3a45ad4d5761b22aa3',1700000600123,x'01000000017f301ace7abc8ff43d8e72aba4fa7a3a31f8c199809e832a9ab37679c594ca8832d204ceb4f349898d8cc673c13c5a379a7fb115a9a94419cbc8781469d4a6c3c5312a598606c03c5e6af86f3385e71f145199b98c426402bb3134fd1cd909ed5abebdebe9a4cbc3df6e2ae5a45f36438e7bb9143b358e8aa6597cb228d0223d67');
