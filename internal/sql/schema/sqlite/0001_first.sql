-- Full text, in the file and the transaction of everything else. The row id is
-- the message's number. What is written are tokens, cut and folded by package
-- text: the words of the text, who wrote it, and its hashtags (h...) and
-- mentions (m...) apart. Contentless, because the text stands in message;
-- without column sizes, because hits are never ranked. secure-delete: an erased
-- word leaves no copy.
CREATE VIRTUAL TABLE found USING fts5(
	text, who, tag, content = '', columnsize = 0,
	tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co So'"
);
INSERT INTO found(found, rank) VALUES ('secure-delete', 1);
