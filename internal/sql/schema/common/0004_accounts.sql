-- What can be done to a message and why not, and what we did to it.
ALTER TABLE message ADD COLUMN reply_why TEXT NOT NULL DEFAULT '';  -- fault key
ALTER TABLE message ADD COLUMN can TEXT NOT NULL DEFAULT '';        -- JSON or empty
ALTER TABLE message ADD COLUMN author_url TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN is_hidden BIGINT NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN is_liked BIGINT NOT NULL DEFAULT 0;

CREATE INDEX account_brand ON account (brand, network, name);
-- The hours in which something came: an account's last message is found at once,
-- however long it has been quiet.
CREATE INDEX ledger_heard ON ledger (account, hour) WHERE pushed + recovered + backfilled > 0;
CREATE INDEX reply_waiting ON reply (account) WHERE state = 'held';

-- What people did to accounts.
CREATE TABLE account_act (
	num     ROWKEY,
	account TEXT NOT NULL, -- key
	agent   TEXT NOT NULL,
	verb    TEXT NOT NULL,
	was     TEXT NOT NULL,
	became  TEXT NOT NULL,
	at      BIGINT NOT NULL
);
CREATE INDEX account_act_account ON account_act (account, num);

-- Connections under way: what must be known again when the browser comes back,
-- and what was found and waits to be chosen from.
CREATE TABLE connecting (
	hash    TEXT PRIMARY KEY, -- of the secret that names it
	session TEXT NOT NULL,    -- whose it is
	expires BIGINT NOT NULL,
	sealed  BYTES NOT NULL    -- key id, nonce and AES-256-GCM
);
CREATE INDEX connecting_expires ON connecting (expires);
