// Package phrase is the language people search and listen in:
//
//	colis AND (perdu OR "jamais reçu") NOT concours
//	rembours* NEAR/3 retard
//
// Words without an operator between them must all be there. "…" asks for words
// in that order side by side, * for any ending, NEAR/n for at most n words
// between (5 unless told). AND OR NOT NEAR, and in French ET OU SAUF PRÈS (or
// PRES), are operators in capitals only; in small letters or quotes they are
// words. Words are folded (package text), so accents and case do not matter.
//
// Match asks one expression of one text, Find tells where it is met; a Set asks
// thousands of them at once.
package phrase
