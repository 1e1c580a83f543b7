-- Instants are milliseconds since 1970-01-01 UTC. Days are business days as days since 1970-01-01.

-- +goose Up
-- How many accesses of people a door had on a day: before 10:00 in Japan, and in all. It says nothing of who, and outlives the accesses.
CREATE TABLE traffic (
  org             TEXT    NOT NULL,
  day             INTEGER NOT NULL,
  door_id         TEXT    NOT NULL,
  morning         INTEGER NOT NULL DEFAULT 0,
  total           INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (org, day, door_id)
) WITHOUT ROWID;
INSERT INTO traffic (org, day, door_id, morning, total)
SELECT org, day, door_id, SUM(at < day * 86400000 + 3600000), COUNT(*) FROM access WHERE user_id <> '' GROUP BY org, day, door_id;

-- +goose Down
DROP TABLE traffic;
