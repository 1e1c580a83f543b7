-- Instants are milliseconds since 1970-01-01 UTC.

-- +goose Up
-- ユーザーコード that are to be written to Akerun, in the lists in which they were asked for.
CREATE TABLE code_list (
  id              INTEGER PRIMARY KEY,
  planned_at      INTEGER NOT NULL,
  origin          TEXT    NOT NULL CHECK (origin IN ('hand', 'proposal', 'file', 'undo')),
  undoes          INTEGER NOT NULL DEFAULT 0,
  cancelled_at    INTEGER NOT NULL DEFAULT 0
);

-- former is the code that the user had when the change was planned: Akerun is written to only where it still has that one.
CREATE TABLE code_change (
  id              INTEGER PRIMARY KEY,
  list            INTEGER NOT NULL REFERENCES code_list (id),
  urgent          INTEGER NOT NULL DEFAULT 0 CHECK (urgent IN (0, 1)),
  user_id         TEXT    NOT NULL,
  former          TEXT    NOT NULL,
  code            TEXT    NOT NULL,
  state           TEXT    NOT NULL CHECK (state IN ('waiting', 'sending', 'unknown', 'done', 'failed', 'cancelled')),
  why             TEXT    NOT NULL DEFAULT '',
  attempts        INTEGER NOT NULL DEFAULT 0,
  not_before      INTEGER NOT NULL DEFAULT 0,
  sent_at         INTEGER NOT NULL DEFAULT 0,
  done_at         INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX code_change_of_list ON code_change (list, state);
CREATE INDEX code_change_open ON code_change (urgent DESC, id) WHERE state IN ('waiting', 'sending', 'unknown');
CREATE INDEX code_change_of_user ON code_change (user_id, id);

-- +goose Down
DROP TABLE code_change; DROP TABLE code_list;
