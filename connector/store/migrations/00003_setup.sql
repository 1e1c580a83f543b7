-- Instants are milliseconds since 1970-01-01 UTC.

-- +goose Up
-- How far the wizard has come. One row. Nothing personal is in it.
CREATE TABLE setup (
  id              INTEGER PRIMARY KEY CHECK (id = 1),
  step            INTEGER NOT NULL DEFAULT 0 CHECK (step BETWEEN 0 AND 7),
  applied_at      INTEGER NOT NULL DEFAULT 0,
  start           INTEGER NOT NULL DEFAULT 0,
  backfill_from   INTEGER NOT NULL DEFAULT 0,
  confirmed       INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1))
);
INSERT INTO setup (id) VALUES (1);

-- +goose Down
DROP TABLE setup;
