-- What the collectors remember, completed: how long messages took, who collects
-- what, what calls cost, how accounts stand.

ALTER TABLE ledger ADD COLUMN gap_at BIGINT NOT NULL DEFAULT 0; -- milliseconds since 1970
ALTER TABLE ledger ADD COLUMN lags TEXT NOT NULL DEFAULT '';    -- JSON: messages by the step of their lag

CREATE TABLE lease (
	account TEXT PRIMARY KEY,
	holder  TEXT NOT NULL,
	until   BIGINT NOT NULL
);

CREATE TABLE cost (
	account TEXT NOT NULL,
	day     TEXT NOT NULL, -- UTC, 2026-11-03
	what    TEXT NOT NULL, -- the operation, by its network's name
	units   BIGINT NOT NULL,
	micros  BIGINT NOT NULL, -- millionths of a dollar
	PRIMARY KEY (account, day, what)
);

CREATE TABLE health (
	account TEXT PRIMARY KEY,
	body    TEXT NOT NULL
);
