-- Instants are milliseconds since 1970-01-01 UTC. Days are business days as days since 1970-01-01.

-- +goose Up
-- How far the erasing of what is kept no longer has come. One row. Before thin_day no access is taken in again.
CREATE TABLE retention (
  id              INTEGER PRIMARY KEY CHECK (id = 1),
  thin_day        INTEGER NOT NULL DEFAULT 0, -- of the days before it only what bounds a person's day is left
  thin_user       TEXT    NOT NULL DEFAULT '', -- and of that day itself for people up to here
  erase_day       INTEGER NOT NULL DEFAULT 0, -- of the days before it nothing is left
  audit_seq       INTEGER NOT NULL DEFAULT 0 -- of the audit chain up to here the proof is left, and no text
);
INSERT INTO retention (id) VALUES (1);
CREATE INDEX item_ended ON item (ended) WHERE ended > 0;

-- +goose Down
DROP INDEX item_ended;
DROP TABLE retention;
