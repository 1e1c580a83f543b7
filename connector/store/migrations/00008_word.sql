-- Instants are milliseconds since 1970-01-01 UTC. Days are business days as days since 1970-01-01.

-- +goose Up
-- Who is told beyond this PC: how sending there goes, and for which day the morning report was sent last. Addresses and passwords are not here.
CREATE TABLE receiver (
  name            TEXT    PRIMARY KEY,
  failing_since   INTEGER NOT NULL DEFAULT 0,
  cause           TEXT    NOT NULL DEFAULT '',
  failures        INTEGER NOT NULL DEFAULT 0,
  not_before      INTEGER NOT NULL DEFAULT 0,
  sent_at         INTEGER NOT NULL DEFAULT 0,
  reported_day    INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Which items of 停止中 a receiver has been told of and not yet of their cure.
CREATE TABLE told (
  receiver        TEXT    NOT NULL,
  item            INTEGER NOT NULL,
  PRIMARY KEY (receiver, item)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE told; DROP TABLE receiver;
