-- The rules beside the model. A brand without a row in rulebook uses those that
-- come with Vigie.
CREATE TABLE rulebook (
	brand   TEXT PRIMARY KEY,
	version BIGINT NOT NULL -- counts the changes of the list
);

CREATE TABLE rule (
	brand    TEXT NOT NULL,
	id       TEXT NOT NULL,
	position BIGINT NOT NULL,
	body     TEXT NOT NULL,
	PRIMARY KEY (brand, id)
) CLUSTERED;

-- Who changed what, and what it was before.
CREATE TABLE rule_change (
	num     ROWKEY,
	brand   TEXT NOT NULL,
	version BIGINT NOT NULL,
	agent   TEXT NOT NULL,
	verb    TEXT NOT NULL,
	rule    TEXT NOT NULL,
	was     TEXT NOT NULL, -- JSON or empty
	at      BIGINT NOT NULL
);
CREATE INDEX rule_change_brand ON rule_change (brand, num);

-- What rules made of a message. Its tags are one label: the sorted words, each
-- between two signs (see tags.go), so that a list can be filtered by a number.
ALTER TABLE message ADD COLUMN channel BIGINT NOT NULL DEFAULT 0; -- label: the one a rule chose
ALTER TABLE message ADD COLUMN tags BIGINT NOT NULL DEFAULT 0;    -- label
ALTER TABLE message ADD COLUMN ruled TEXT NOT NULL DEFAULT '';    -- JSON: which rules, what they overruled

ALTER TABLE conversation ADD COLUMN tags BIGINT NOT NULL DEFAULT 0; -- label
DROP INDEX conversation_due;
DROP INDEX conversation_last;
CREATE INDEX conversation_due ON conversation (brand, due, num, status, category, urgency, sentiment, reason,
	channel, network, account, assignee, is_triage, is_trouble, is_private, tags) WHERE due > 0;
CREATE INDEX conversation_last ON conversation (brand, status, last_at, num, due, category, urgency, sentiment, reason,
	channel, network, account, assignee, is_triage, is_trouble, is_private, tags);

-- Learning from people: what they correct, what they judge blind, and what a
-- model on trial says beside the running one.

ALTER TABLE correction ADD COLUMN brand TEXT NOT NULL DEFAULT '';
ALTER TABLE correction ADD COLUMN content TEXT NOT NULL DEFAULT ''; -- hash of what the agent saw; empty: the present content
UPDATE correction SET brand = coalesce((SELECT l.name FROM message m JOIN label l ON l.num = m.brand WHERE m.key = correction.message), '');
ALTER TABLE correction ADD COLUMN vague BIGINT NOT NULL DEFAULT 0;
CREATE INDEX correction_message ON correction (message, num);
CREATE INDEX correction_brand ON correction (brand, at, head, was, became);

-- What a model on trial said of a message, and the running model's own labels
-- as they were then. Heads in the order category, urgency, sentiment, reason,
-- language, complaint, as in message.
CREATE TABLE shadow_verdict (
	message     TEXT PRIMARY KEY, -- key
	brand       BIGINT NOT NULL,  -- label
	at          BIGINT NOT NULL,  -- when the message was received
	differ      BIGINT NOT NULL,  -- one bit a head whose label is another
	running     BIGINT NOT NULL,  -- label: version of the model
	shadow      BIGINT NOT NULL,  -- label: version of the model on trial
	category_r  BIGINT NOT NULL,  -- label: the running model's, and so on
	urgency_r   BIGINT NOT NULL,
	sentiment_r BIGINT NOT NULL,
	reason_r    BIGINT NOT NULL,
	language_r  BIGINT NOT NULL,
	complaint_r BIGINT NOT NULL,
	category    BIGINT NOT NULL,  -- label: that of the model on trial, and so on
	urgency     BIGINT NOT NULL,
	sentiment   BIGINT NOT NULL,
	reason      BIGINT NOT NULL,
	language    BIGINT NOT NULL,
	complaint   BIGINT NOT NULL,
	abstain     BIGINT NOT NULL,  -- one bit a head
	category_p  DOUBLE PRECISION NOT NULL,
	urgency_p   DOUBLE PRECISION NOT NULL,
	urgency_s   DOUBLE PRECISION NOT NULL,
	sentiment_p DOUBLE PRECISION NOT NULL,
	reason_p    DOUBLE PRECISION NOT NULL,
	language_p  DOUBLE PRECISION NOT NULL,
	complaint_p DOUBLE PRECISION NOT NULL
) CLUSTERED;
CREATE INDEX shadow_verdict_at ON shadow_verdict (brand, shadow, at, differ);

-- How many live messages each stratum of the audit sample had.
CREATE TABLE audit_stratum (
	brand    BIGINT NOT NULL, -- label
	day      TEXT NOT NULL,   -- in the brand's zone
	category BIGINT NOT NULL, -- label
	channel  BIGINT NOT NULL, -- label
	seen     BIGINT NOT NULL,
	PRIMARY KEY (brand, day, category, channel)
) CLUSTERED;

-- The sample: the lowest lots of each stratum, and what people said of them.
CREATE TABLE audit (
	message   TEXT PRIMARY KEY, -- key
	brand     BIGINT NOT NULL,  -- label
	day       TEXT NOT NULL,
	category  BIGINT NOT NULL,  -- label
	channel   BIGINT NOT NULL,  -- label
	lot       BIGINT NOT NULL,
	answers   TEXT NOT NULL,    -- JSON: what the classifier said
	agent     TEXT NOT NULL,    -- who judged it; empty: nobody yet
	labels    TEXT NOT NULL,    -- JSON: what that agent said, by head
	skipped   BIGINT NOT NULL,
	content   TEXT NOT NULL,    -- hash of what the agent saw
	judged_at BIGINT NOT NULL
) CLUSTERED;
CREATE INDEX audit_stratum_lot ON audit (brand, day, category, channel, lot);
