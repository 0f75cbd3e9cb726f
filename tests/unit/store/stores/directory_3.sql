-- A directory.db of schema 3, as the joinpass that had it made it.
PRAGMA journal_mode=PERSIST;
PRAGMA application_id=1785742441;
PRAGMA user_version=3;
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE host(
  user_key BLOB PRIMARY KEY,
  app_id TEXT NOT NULL,
  account_key BLOB NOT NULL,
  number_key BLOB,
  vanity_key BLOB,
  account_at INTEGER NOT NULL,
  number_at INTEGER NOT NULL,
  vanity_at INTEGER NOT NULL,
  sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX host_of_account ON host(account_key);
CREATE INDEX host_of_number ON host(number_key);
CREATE INDEX host_of_vanity ON host(vanity_key);
CREATE TABLE meeting(
  seq INTEGER PRIMARY KEY,
  app_id TEXT NOT NULL,
  number_key BLOB NOT NULL,
  host_key BLOB NOT NULL,
  account_key BLOB NOT NULL,
  host_at INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  deleted_at INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE(number_key, app_id)) STRICT;
CREATE INDEX meeting_of_host ON meeting(host_key);
CREATE INDEX meeting_of_account ON meeting(account_key);
CREATE INDEX meeting_deleted ON meeting(deleted_at) WHERE deleted=1;
INSERT INTO meta(name,value) VALUES('key_check',x'0100000001f9440c6618ecfbe111520f7c89b529fb4d8af3f70fac0368f23ee7c89a4a1f82fe3ffc78');
INSERT INTO host(user_key,app_id,account_key,number_key,vanity_key,account_at,number_at,vanity_at,sealed) VALUES(x'ffde147b3ce212d2c70c88cbe9ed8a8b','app_1',x'1175aae8f65cb8dbf526c78f340c6c4d',x'6491545fab8a089a340d052451cb8269',x'e73cfd8e4db06853ce97c281e5802b12',1700000000123,1700000000123,1700000000123,x'01000000018a20b318ec0e13ab2fbcff73f5fe65ef78aaab36367dd414e63f54e279c782d24c4df9ee901e36538d0c12359753b94301f6f1f76cb6edb4f20092bd15845109542114a6f19c2a3b77b01c960e1b47a276dbdd072a7397b40a139c243cf170070569407e923081921d');
INSERT INTO meeting(seq,app_id,number_key,host_key,account_key,host_at,deleted,deleted_at,sealed) VALUES(1,'app_1',x'2331e3c413d03f04e0ea86db6c58e3e4',x'6b3b98bdf6e77846c52f32596eccc0d4',x'e82489e221371d326e87cc82a386cf1f',1700003600123,0,1700003600123,x'010000000117b4119553bd5b061ccc31b2ff448d441129d78d63c95433d8d7b735d28864b627c5fa11bc790caf55428b9e721de955bffc8aa813f158ae65cf6c4388b34fab2a7d9922a72e7f4235edeb9d97fde599b619d8deff45672581a4');
INSERT INTO meeting(seq,app_id,number_key,host_key,account_key,host_at,deleted,deleted_at,sealed) VALUES(2,'app_2',x'2331e3c413d03f04e0ea86db6c58e3e4',x'8b481e1a88fbb31006d0b043c13a2a93',x'b9dc77e6af32d2f994fc56d2b22dfb47',1700000000123,0,1700000000123,x'0100000001a9e597421d993757fbf527e593a4fb70056f7ee6a9654a8ceba9818d9071b8d20f5316714088a5b131ee619c3b166c22adbec3ff7a7b6db226849d4d5317be010b085ed4205c774a56dd6bcd6582695dbb');
