-- Instants are milliseconds since 1970-01-01 UTC. Days are business days as days since 1970-01-01.
-- Names and mail addresses stand only sealed (columns ending in _sealed).

-- +goose Up
CREATE TABLE integration (
  id              INTEGER PRIMARY KEY CHECK (id = 1),
  phase           TEXT    NOT NULL CHECK (phase IN ('not_set_up', 'applied', 'ready', 'waiting', 'running', 'unlinked')),
  paused          INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  akerun_client   TEXT    NOT NULL DEFAULT '',
  akerun_org      TEXT    NOT NULL DEFAULT '',
  akerun_org_name TEXT    NOT NULL DEFAULT '',
  salesforce_org  TEXT    NOT NULL DEFAULT '',
  first_start     INTEGER NOT NULL DEFAULT 0,
  start           INTEGER NOT NULL DEFAULT 0,
  begun_at        INTEGER NOT NULL DEFAULT 0,
  backfill_from   INTEGER NOT NULL DEFAULT 0,
  begins          INTEGER NOT NULL DEFAULT 0,
  unlinked_at     INTEGER NOT NULL DEFAULT 0,
  rights_confirmed INTEGER NOT NULL DEFAULT 0 CHECK (rights_confirmed IN (0, 1)),
  super_confirmed INTEGER NOT NULL DEFAULT 0 CHECK (super_confirmed IN (0, 1))
);
INSERT INTO integration (id, phase) VALUES (1, 'not_set_up');

CREATE TABLE side (
  name            TEXT    PRIMARY KEY CHECK (name IN ('akerun', 'salesforce')),
  user_id         TEXT    NOT NULL DEFAULT '',
  name_sealed     BLOB,
  authority       TEXT    NOT NULL DEFAULT '',
  signed_in_at    INTEGER NOT NULL DEFAULT 0,
  relink_cause    TEXT    NOT NULL DEFAULT '',
  relink_since    INTEGER NOT NULL DEFAULT 0,
  not_before      INTEGER NOT NULL DEFAULT 0,
  failing_since   INTEGER NOT NULL DEFAULT 0,
  failing_cause   TEXT    NOT NULL DEFAULT '',
  failures        INTEGER NOT NULL DEFAULT 0,
  rights          TEXT    NOT NULL DEFAULT '{}',
  checked_at      INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO side (name) VALUES ('akerun'), ('salesforce');

-- One row for each way of reading: new (by id), short and full (look-back by time), people.
CREATE TABLE reading (
  name            TEXT    PRIMARY KEY CHECK (name IN ('new', 'short', 'full', 'people')),
  org             TEXT    NOT NULL DEFAULT '',
  from_at         INTEGER NOT NULL DEFAULT 0,
  after_id        TEXT    NOT NULL DEFAULT '',
  begun_at        INTEGER NOT NULL DEFAULT 0,
  done_at         INTEGER NOT NULL DEFAULT 0,
  steps_back      INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO reading (name) VALUES ('new'), ('short'), ('full'), ('people');

CREATE TABLE access (
  org             TEXT    NOT NULL,
  id              TEXT    NOT NULL CHECK (id <> ''),
  at              INTEGER NOT NULL,
  day             INTEGER NOT NULL,
  user_id         TEXT    NOT NULL DEFAULT '',
  door_id         TEXT    NOT NULL DEFAULT '',
  action          TEXT    NOT NULL DEFAULT '',
  device          TEXT    NOT NULL DEFAULT '',
  seen_at         INTEGER NOT NULL,
  PRIMARY KEY (org, id)
) WITHOUT ROWID;
CREATE INDEX access_by_person ON access (user_id, day, at) WHERE user_id <> '';
CREATE INDEX access_by_day ON access (day);

CREATE TABLE door (
  org             TEXT    NOT NULL,
  id              TEXT    NOT NULL,
  name            TEXT    NOT NULL DEFAULT '',
  excluded        INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
  last_day        INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (org, id)
) WITHOUT ROWID;

CREATE TABLE person (
  user_id         TEXT    PRIMARY KEY,
  code            TEXT    NOT NULL DEFAULT '',
  name_sealed     BLOB,
  mail_sealed     BLOB,
  authority       TEXT    NOT NULL DEFAULT '',
  orgs            TEXT    NOT NULL DEFAULT '',
  sound           INTEGER NOT NULL DEFAULT 0 CHECK (sound IN (0, 1)),
  reason          TEXT    NOT NULL DEFAULT '',
  excluded        INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
  gone_at         INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE employee (
  employee_id     TEXT    PRIMARY KEY,
  code            TEXT    NOT NULL DEFAULT '',
  name_sealed     BLOB,
  mail_sealed     BLOB,
  user_id         TEXT    NOT NULL DEFAULT '',
  entry_day       INTEGER,
  end_day         INTEGER,
  gone_at         INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- A link is opened when people were read and its codes were found equal, and closed at the first reading that says otherwise.
CREATE TABLE link (
  id              INTEGER PRIMARY KEY,
  user_id         TEXT    NOT NULL,
  employee_id     TEXT    NOT NULL,
  from_day        INTEGER NOT NULL,
  opened_at       INTEGER NOT NULL,
  sound_at        INTEGER NOT NULL,
  closed_at       INTEGER NOT NULL DEFAULT 0,
  user_gone       INTEGER NOT NULL DEFAULT 0 CHECK (user_gone IN (0, 1))
);
CREATE UNIQUE INDEX link_open_user ON link (user_id) WHERE closed_at = 0;
CREATE UNIQUE INDEX link_open_employee ON link (employee_id) WHERE closed_at = 0;
CREATE INDEX link_by_user ON link (user_id, from_day);

-- A person's business day: what decide works on. employee_id is the link as settled for that day.
CREATE TABLE person_day (
  user_id         TEXT    NOT NULL,
  day             INTEGER NOT NULL,
  employee_id     TEXT    NOT NULL DEFAULT '',
  settled_at      INTEGER NOT NULL DEFAULT 0,
  asked           INTEGER NOT NULL DEFAULT 0 CHECK (asked IN (0, 1)),
  dirty           INTEGER NOT NULL DEFAULT 1 CHECK (dirty IN (0, 1)),
  due_at          INTEGER NOT NULL DEFAULT 0,
  decided_at      INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, day)
) WITHOUT ROWID;
CREATE UNIQUE INDEX person_day_of_employee ON person_day (employee_id, day) WHERE employee_id <> '';
CREATE INDEX person_day_dirty ON person_day (day, user_id) WHERE dirty = 1;
CREATE INDEX person_day_due ON person_day (due_at) WHERE due_at > 0;
CREATE INDEX person_day_by_day ON person_day (day);

CREATE TABLE outbox (
  id              INTEGER PRIMARY KEY,
  employee_id     TEXT    NOT NULL,
  user_id         TEXT    NOT NULL,
  day             INTEGER NOT NULL,
  kind            TEXT    NOT NULL CHECK (kind IN ('in', 'out')),
  revision        INTEGER NOT NULL CHECK (revision >= 1),
  key             TEXT    NOT NULL UNIQUE,
  payload         BLOB    NOT NULL,
  at              INTEGER NOT NULL,
  access_id       TEXT    NOT NULL,
  rules           INTEGER NOT NULL,
  origin          TEXT    NOT NULL CHECK (origin IN ('live', 'afterwards', 'asked', 'correction', 'resend')),
  state           TEXT    NOT NULL CHECK (state IN ('planned', 'sending', 'unknown', 'accepted', 'processed', 'on_sheet', 'error', 'deleted', 'withdrawn')),
  why             TEXT    NOT NULL DEFAULT '',
  attempts        INTEGER NOT NULL DEFAULT 0,
  not_before      INTEGER NOT NULL DEFAULT 0,
  planned_at      INTEGER NOT NULL,
  sent_at         INTEGER NOT NULL DEFAULT 0,
  unknown_since   INTEGER NOT NULL DEFAULT 0,
  record_id       TEXT    NOT NULL DEFAULT '',
  accepted_at     INTEGER NOT NULL DEFAULT 0,
  checks          INTEGER NOT NULL DEFAULT 0,
  next_check      INTEGER NOT NULL DEFAULT 0,
  done_at         INTEGER NOT NULL DEFAULT 0,
  answer          TEXT    NOT NULL DEFAULT '',
  bulk_job        TEXT    NOT NULL DEFAULT '',
  UNIQUE (employee_id, day, kind, revision)
);
CREATE INDEX outbox_waiting ON outbox (state, not_before) WHERE state IN ('planned', 'sending', 'unknown');
CREATE INDEX outbox_check ON outbox (next_check) WHERE next_check > 0;
CREATE INDEX outbox_by_user ON outbox (user_id, day);
CREATE INDEX outbox_by_day ON outbox (day);

-- The sheet as last read, and rows in 勤怠連携 that are not ours: together the Web stamps of a day.
CREATE TABLE sheet (
  employee_id     TEXT    NOT NULL,
  day             INTEGER NOT NULL,
  push_start      INTEGER,
  push_end        INTEGER,
  real_start      INTEGER,
  real_end        INTEGER,
  start_time      INTEGER,
  end_time        INTEGER,
  read_at         INTEGER NOT NULL,
  PRIMARY KEY (employee_id, day)
) WITHOUT ROWID;

CREATE TABLE other_row (
  id              TEXT    PRIMARY KEY,
  employee_id     TEXT    NOT NULL,
  day             INTEGER NOT NULL,
  kind            TEXT    NOT NULL,
  at              INTEGER NOT NULL,
  status          TEXT    NOT NULL,
  device          TEXT    NOT NULL DEFAULT '',
  read_at         INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX other_row_of_day ON other_row (employee_id, day);

CREATE TABLE item (
  id              INTEGER PRIMARY KEY,
  list            TEXT    NOT NULL CHECK (list IN ('stopped', 'action', 'review', 'recorded')),
  source          TEXT    NOT NULL CHECK (source IN ('collect', 'people', 'decide', 'deliver', 'confirm', 'engine')),
  reason          TEXT    NOT NULL,
  user_id         TEXT    NOT NULL DEFAULT '',
  employee_id     TEXT    NOT NULL DEFAULT '',
  day             INTEGER NOT NULL DEFAULT 0,
  subject         TEXT    NOT NULL DEFAULT '',
  detail          TEXT    NOT NULL DEFAULT '{}',
  state           TEXT    NOT NULL CHECK (state IN ('open', 'cured', 'closed')),
  since           INTEGER NOT NULL,
  ended           INTEGER NOT NULL DEFAULT 0,
  memo            TEXT    NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX item_once ON item (reason, user_id, day, subject) WHERE state IN ('open', 'closed');
CREATE INDEX item_open ON item (list, since) WHERE state = 'open';
CREATE INDEX item_of_person ON item (user_id, day);

-- Each row carries the hash of the one before. body and salt may be erased later; digest and hash stay, so the chain stays
-- verifiable. The head is sealed with a key that is not in the database.
CREATE TABLE audit (
  seq             INTEGER PRIMARY KEY,
  at              INTEGER NOT NULL,
  kind            TEXT    NOT NULL,
  body            TEXT,
  salt            BLOB,
  digest          BLOB    NOT NULL,
  hash            BLOB    NOT NULL
);
CREATE INDEX audit_by_kind ON audit (kind, seq);
CREATE TABLE audit_head (
  id              INTEGER PRIMARY KEY CHECK (id = 1),
  seq             INTEGER NOT NULL,
  hash            BLOB    NOT NULL,
  seal            BLOB
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, zeroblob(32));

-- +goose Down
DROP TABLE audit_head; DROP TABLE audit; DROP TABLE item; DROP TABLE other_row; DROP TABLE sheet; DROP TABLE outbox;
DROP TABLE person_day; DROP TABLE link; DROP TABLE employee; DROP TABLE person; DROP TABLE door; DROP TABLE access;
DROP TABLE reading; DROP TABLE side; DROP TABLE integration;
