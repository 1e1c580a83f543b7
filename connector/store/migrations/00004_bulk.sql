-- Instants are milliseconds since 1970-01-01 UTC.

-- +goose Up
-- A Bulk API job of Salesforce that carries stamps. It is written down before it is asked for; job is empty until Salesforce has named it. Its stamps
-- are those of the outbox that are 'sending' and name it in bulk_job.
CREATE TABLE bulk_job (
  id              INTEGER PRIMARY KEY,
  job             TEXT    NOT NULL DEFAULT '',
  state           TEXT    NOT NULL CHECK (state IN ('making', 'open', 'closing', 'closed', 'done')),
  stamps          INTEGER NOT NULL DEFAULT 0,
  made_at         INTEGER NOT NULL,
  closed_at       INTEGER NOT NULL DEFAULT 0,
  next_look       INTEGER NOT NULL DEFAULT 0,
  outcome         TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX bulk_job_open ON bulk_job (next_look) WHERE state <> 'done';

-- Until when the small way is taken whatever waits; when a row with a key of ours was met last that another installation wrote, and when this one
-- wrote one last.
ALTER TABLE integration ADD COLUMN bulk_off_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE integration ADD COLUMN other_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE integration ADD COLUMN wrote_at INTEGER NOT NULL DEFAULT 0;

-- Since when a stamp that is due is known not to be in TeamSpirit, where another installation may be about to send it; 0: not looked for yet.
ALTER TABLE outbox ADD COLUMN absent_since INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE outbox DROP COLUMN absent_since;
ALTER TABLE integration DROP COLUMN wrote_at;
ALTER TABLE integration DROP COLUMN other_at;
ALTER TABLE integration DROP COLUMN bulk_off_until;
DROP TABLE bulk_job;
