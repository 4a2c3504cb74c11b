-- The first schema. One text for every engine; the words in capitals that no
-- engine knows (ROWKEY, BYTES, CLUSTERED) are filled in by the dialect.
--
-- Conventions: times are milliseconds since 1970 in UTC, 0 for "not given";
-- truths are 0 and 1; columns called "label" in their comment hold numbers of
-- the label table, 0 for the empty word.

-- Words that repeat (networks, categories, account keys, agents ...) are kept
-- once and named by number, so that rows and indexes stay narrow.
CREATE TABLE label (
	num  ROWKEY,
	name TEXT NOT NULL UNIQUE
);

CREATE TABLE brand (
	id   TEXT PRIMARY KEY,
	body TEXT NOT NULL -- JSON: few rows, always read whole
);

CREATE TABLE channel (
	id       TEXT PRIMARY KEY,
	brand    TEXT NOT NULL,
	position BIGINT NOT NULL,
	body     TEXT NOT NULL
);

CREATE TABLE account (
	key     TEXT PRIMARY KEY,
	brand   TEXT NOT NULL,
	network TEXT NOT NULL,
	name    TEXT NOT NULL,
	body    TEXT NOT NULL
);

CREATE TABLE author (
	num       ROWKEY,
	key       TEXT UNIQUE, -- null: unknown, told apart from everybody
	id        TEXT NOT NULL,
	handle    TEXT NOT NULL,
	name      TEXT NOT NULL,
	followers BIGINT NOT NULL,
	verified  BIGINT NOT NULL,
	seen      BIGINT NOT NULL -- when the network last showed this profile
);

-- The number of a message is its conversation's times 2^20 plus its place, so
-- that a conversation's messages lie together and a search hit names its
-- conversation without a look-up. Negative: it belongs to no conversation yet.
CREATE TABLE message (
	num          ROWKEY,
	key          TEXT NOT NULL UNIQUE,
	version      BIGINT NOT NULL,
	author       BIGINT NOT NULL, -- number of its author, 0 unknown
	brand        BIGINT NOT NULL, -- label
	network      BIGINT NOT NULL, -- label
	account      BIGINT NOT NULL, -- label
	scope        BIGINT NOT NULL, -- label
	thread_hash  BIGINT NOT NULL, -- of brand, network, scope and thread; 0 without a thread and for its root
	at           BIGINT NOT NULL, -- Message.At
	created_at   BIGINT NOT NULL,
	edited_at    BIGINT NOT NULL,
	received_at  BIGINT NOT NULL,
	is_out       BIGINT NOT NULL,
	is_private   BIGINT NOT NULL,
	is_gone      BIGINT NOT NULL,
	is_bare      BIGINT NOT NULL,
	is_asking    BIGINT NOT NULL,
	is_deleted   BIGINT NOT NULL,
	can_reply    BIGINT NOT NULL,
	reply_until  BIGINT NOT NULL,
	lag          BIGINT NOT NULL, -- nanoseconds
	v            BIGINT NOT NULL,
	kind         BIGINT NOT NULL, -- label
	lang         BIGINT NOT NULL, -- label
	origin       BIGINT NOT NULL, -- label
	via          BIGINT NOT NULL, -- label
	batch        BIGINT NOT NULL, -- label
	reply_kind   BIGINT NOT NULL, -- label
	urgent       BIGINT NOT NULL, -- label: the highest urgency any revision had
	category     BIGINT NOT NULL, -- label, and so on for each head
	urgency      BIGINT NOT NULL,
	sentiment    BIGINT NOT NULL,
	reason       BIGINT NOT NULL,
	language     BIGINT NOT NULL,
	complaint    BIGINT NOT NULL,
	abstain      BIGINT NOT NULL, -- one bit a head, category first
	category_p   DOUBLE PRECISION NOT NULL,
	urgency_p    DOUBLE PRECISION NOT NULL,
	urgency_s    DOUBLE PRECISION NOT NULL,
	sentiment_p  DOUBLE PRECISION NOT NULL,
	reason_p     DOUBLE PRECISION NOT NULL,
	language_p   DOUBLE PRECISION NOT NULL,
	complaint_p  DOUBLE PRECISION NOT NULL,
	model        BIGINT NOT NULL, -- label
	rules        BIGINT NOT NULL,
	corrections  BIGINT NOT NULL,
	edits        BIGINT NOT NULL,
	rev_at       BIGINT NOT NULL,
	rev_seen     BIGINT NOT NULL,
	rev_hash     TEXT NOT NULL,
	mood         BIGINT NOT NULL DEFAULT 0, -- number of the mood it is counted in
	followers    BIGINT NOT NULL,
	verified     BIGINT NOT NULL,
	native       TEXT NOT NULL,
	thread       TEXT NOT NULL,
	in_reply_to  TEXT NOT NULL,
	author_id    TEXT NOT NULL,
	handle       TEXT NOT NULL,
	name         TEXT NOT NULL,
	verdict_id   TEXT NOT NULL, -- empty: the native id
	reply        TEXT NOT NULL,
	url          TEXT NOT NULL,
	media        TEXT NOT NULL, -- JSON or empty
	extra        TEXT NOT NULL, -- JSON or empty
	text         TEXT NOT NULL
);
CREATE INDEX message_author ON message (author, at) WHERE author <> 0;
CREATE INDEX message_thread ON message (thread_hash, author) WHERE thread_hash <> 0;
CREATE INDEX message_orphan ON message (in_reply_to) WHERE num < 0 AND is_out = 1;
CREATE INDEX message_day ON message (brand, at, category, sentiment, network) WHERE is_out = 0 AND is_gone = 0;

-- Contents a message had and has no longer, or that came late.
CREATE TABLE revision (
	message TEXT NOT NULL,
	hash    TEXT NOT NULL,
	at      BIGINT NOT NULL,
	seen    BIGINT NOT NULL,
	text    TEXT NOT NULL,
	PRIMARY KEY (message, hash)
) CLUSTERED;

CREATE TABLE conversation (
	num          ROWKEY,
	id           TEXT NOT NULL UNIQUE,
	brand        BIGINT NOT NULL, -- label
	status       BIGINT NOT NULL, -- label
	due          BIGINT NOT NULL,
	last_at      BIGINT NOT NULL,
	category     BIGINT NOT NULL, -- label
	urgency      BIGINT NOT NULL, -- label
	sentiment    BIGINT NOT NULL, -- label
	reason       BIGINT NOT NULL, -- label
	channel      BIGINT NOT NULL, -- label
	network      BIGINT NOT NULL, -- label
	account      BIGINT NOT NULL, -- label
	assignee     BIGINT NOT NULL, -- label
	is_triage    BIGINT NOT NULL,
	is_trouble   BIGINT NOT NULL, -- a reply is refused, unknown or back as a draft
	is_private   BIGINT NOT NULL,
	is_complaint BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	author       BIGINT NOT NULL, -- number of its author
	category_by  BIGINT NOT NULL, -- label
	urgency_by   BIGINT NOT NULL, -- label
	urgency_at   BIGINT NOT NULL,
	human_urgent BIGINT NOT NULL, -- label
	lang         BIGINT NOT NULL, -- label
	messages     BIGINT NOT NULL,
	unanswered   BIGINT NOT NULL,
	first_at     BIGINT NOT NULL,
	answered_at  BIGINT NOT NULL,
	opened_by    BIGINT NOT NULL, -- label
	opened_at    BIGINT NOT NULL,
	closed_by    BIGINT NOT NULL, -- label
	closed_at    BIGINT NOT NULL,
	target       BIGINT NOT NULL, -- label
	start        BIGINT NOT NULL,
	warn         BIGINT NOT NULL,
	reply_state  TEXT NOT NULL,
	complaint    TEXT NOT NULL, -- number of its case
	preview      TEXT NOT NULL
);
-- The two orders of the inbox. They carry every column a list filters by, so
-- that a filter that matches nothing costs a walk over a narrow index.
CREATE INDEX conversation_due ON conversation (brand, due, num, status, category, urgency, sentiment, reason,
	channel, network, account, assignee, is_triage, is_trouble, is_private) WHERE due > 0;
CREATE INDEX conversation_last ON conversation (brand, status, last_at, num, due, category, urgency, sentiment, reason,
	channel, network, account, assignee, is_triage, is_trouble, is_private);

-- Where a merged conversation went.
CREATE TABLE forward (
	id   TEXT PRIMARY KEY,
	into_id TEXT NOT NULL
);
CREATE INDEX forward_into ON forward (into_id);

CREATE TABLE deadline (
	conversation BIGINT NOT NULL,
	target       BIGINT NOT NULL, -- label
	start        BIGINT NOT NULL,
	warn         BIGINT NOT NULL,
	due          BIGINT NOT NULL,
	met          BIGINT NOT NULL,
	state        BIGINT NOT NULL, -- label
	place        BIGINT NOT NULL,
	next         BIGINT NOT NULL, -- when something must be told, 0 never
	PRIMARY KEY (conversation, place)
) CLUSTERED;
CREATE INDEX deadline_next ON deadline (next) WHERE next > 0;

CREATE TABLE reply (
	id           TEXT PRIMARY KEY,
	conversation BIGINT NOT NULL,
	account      TEXT NOT NULL,
	native       TEXT NOT NULL, -- of the receipt
	state        TEXT NOT NULL,
	version      BIGINT NOT NULL,
	created_at   BIGINT NOT NULL,
	send_after   BIGINT NOT NULL,
	lease_until  BIGINT NOT NULL,
	body         TEXT NOT NULL
);
CREATE INDEX reply_conversation ON reply (conversation, created_at);
CREATE INDEX reply_native ON reply (account, native) WHERE native <> '';
CREATE INDEX reply_held ON reply (send_after) WHERE state = 'held';
CREATE INDEX reply_sending ON reply (account, lease_until) WHERE state = 'sending';
CREATE INDEX reply_unknown ON reply (created_at) WHERE state = 'unknown';

CREATE TABLE handoff (
	id           TEXT PRIMARY KEY,
	conversation BIGINT NOT NULL,
	reply        TEXT NOT NULL,
	from_account TEXT NOT NULL,
	to_account   TEXT NOT NULL,
	agent        TEXT NOT NULL,
	is_private   BIGINT NOT NULL,
	at           BIGINT NOT NULL
);
CREATE INDEX handoff_conversation ON handoff (conversation, to_account, at);

CREATE TABLE note (
	id           TEXT PRIMARY KEY,
	conversation BIGINT NOT NULL,
	agent        TEXT NOT NULL,
	text         TEXT NOT NULL,
	at           BIGINT NOT NULL
);
CREATE INDEX note_conversation ON note (conversation, at);

CREATE TABLE act (
	num          ROWKEY,
	conversation BIGINT NOT NULL,
	agent        TEXT NOT NULL,
	verb         TEXT NOT NULL,
	was          TEXT NOT NULL,
	became       TEXT NOT NULL,
	at           BIGINT NOT NULL
);
CREATE INDEX act_conversation ON act (conversation, at);

CREATE TABLE correction (
	num          ROWKEY,
	message      TEXT NOT NULL,
	conversation TEXT NOT NULL,
	agent        TEXT NOT NULL,
	head         TEXT NOT NULL,
	was          TEXT NOT NULL,
	p            DOUBLE PRECISION NOT NULL,
	became       TEXT NOT NULL,
	model        TEXT NOT NULL,
	at           BIGINT NOT NULL
);

CREATE TABLE complaint (
	num          ROWKEY,
	id           TEXT NOT NULL UNIQUE,
	brand        TEXT NOT NULL,
	conversation BIGINT NOT NULL,
	version      BIGINT NOT NULL,
	state        TEXT NOT NULL,
	is_open      BIGINT NOT NULL,
	due          BIGINT NOT NULL,
	opened_at    BIGINT NOT NULL,
	body         TEXT NOT NULL
);
CREATE INDEX complaint_conversation ON complaint (conversation);
CREATE INDEX complaint_due ON complaint (brand, due) WHERE is_open = 1;
CREATE INDEX complaint_opened ON complaint (brand, opened_at);

-- How many complaints a brand registered in a year: numbers are never given twice.
CREATE TABLE complaint_number (
	brand TEXT NOT NULL,
	year  BIGINT NOT NULL,
	n     BIGINT NOT NULL,
	PRIMARY KEY (brand, year)
);

-- What changed, without personal text. It is kept: rollups are rebuilt from it.
-- Its numbers grow in the order of the commits; mark 'relay' is how far it was
-- published.
CREATE TABLE event (
	num          ROWKEY,
	type         BIGINT NOT NULL, -- label
	brand        BIGINT NOT NULL, -- label
	conversation TEXT NOT NULL,
	version      BIGINT NOT NULL,
	message      TEXT NOT NULL,
	at           BIGINT NOT NULL,
	origin       BIGINT NOT NULL -- label
);

CREATE TABLE mark (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
);

CREATE TABLE position (
	log   TEXT NOT NULL,
	topic TEXT NOT NULL,
	part  BIGINT NOT NULL,
	next  BIGINT NOT NULL, -- everything before it is applied
	PRIMARY KEY (log, topic, part)
);

CREATE TABLE aside (
	num     ROWKEY,
	log     TEXT NOT NULL,
	topic   TEXT NOT NULL,
	part    BIGINT NOT NULL,
	place   BIGINT NOT NULL,
	cause   TEXT NOT NULL,
	payload BYTES NOT NULL,
	at      BIGINT NOT NULL
);
CREATE INDEX aside_place ON aside (log, topic, part, place);

CREATE TABLE import (
	batch  TEXT NOT NULL,
	change TEXT NOT NULL,
	n      BIGINT NOT NULL,
	PRIMARY KEY (batch, change)
);

-- How many conversations stand where, kept by the writer and exact. Private
-- ones are counted apart: not everybody may know of them.
CREATE TABLE tally (
	brand      BIGINT NOT NULL, -- label
	channel    BIGINT NOT NULL, -- label
	is_private BIGINT NOT NULL,
	dim        BIGINT NOT NULL, -- a dimension of counter.go
	value      BIGINT NOT NULL, -- label
	n          BIGINT NOT NULL,
	PRIMARY KEY (brand, channel, is_private, dim, value)
) CLUSTERED;

CREATE TABLE mood (
	num       ROWKEY,
	brand     BIGINT NOT NULL, -- label
	day       TEXT NOT NULL,   -- in the brand's zone
	category  BIGINT NOT NULL, -- label
	sentiment BIGINT NOT NULL, -- label
	n         BIGINT NOT NULL,
	UNIQUE (brand, day, category, sentiment)
);

-- What the collectors remember.
CREATE TABLE cursor (
	account TEXT NOT NULL,
	side    TEXT NOT NULL, -- published or received
	body    TEXT NOT NULL,
	PRIMARY KEY (account, side)
);

CREATE TABLE ledger (
	account    TEXT NOT NULL,
	hour       BIGINT NOT NULL,
	pushed     BIGINT NOT NULL,
	recovered  BIGINT NOT NULL,
	duplicates BIGINT NOT NULL,
	disordered BIGINT NOT NULL,
	edits      BIGINT NOT NULL,
	deletes    BIGINT NOT NULL,
	backfilled BIGINT NOT NULL,
	unreadable BIGINT NOT NULL,
	gap        BIGINT NOT NULL, -- nanoseconds
	lag        BIGINT NOT NULL, -- nanoseconds
	PRIMARY KEY (account, hour)
);

CREATE TABLE secret (
	account TEXT NOT NULL,
	name    TEXT NOT NULL,
	sealed  BYTES NOT NULL, -- nonce and AES-256-GCM
	PRIMARY KEY (account, name)
);

-- Who may come in.
CREATE TABLE agent (
	id       TEXT PRIMARY KEY,
	email    TEXT NOT NULL UNIQUE, -- folded
	password TEXT NOT NULL,        -- argon2id
	body     TEXT NOT NULL
);

CREATE TABLE session (
	hash    TEXT PRIMARY KEY,
	agent   TEXT NOT NULL,
	csrf    TEXT NOT NULL,
	lang    TEXT NOT NULL,
	created BIGINT NOT NULL,
	expires BIGINT NOT NULL
);
CREATE INDEX session_expires ON session (expires);

CREATE TABLE token (
	hash   TEXT PRIMARY KEY,
	name   TEXT NOT NULL,
	viewer TEXT NOT NULL
);

CREATE TABLE invite (
	hash    TEXT PRIMARY KEY,
	expires BIGINT NOT NULL
);

CREATE TABLE attempt (
	key   TEXT PRIMARY KEY,
	until BIGINT NOT NULL,
	n     BIGINT NOT NULL
);
CREATE INDEX attempt_until ON attempt (until);
