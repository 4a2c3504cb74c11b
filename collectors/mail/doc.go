// Package mail collects from a mailbox by IMAP and answers by SMTP: any server
// that keeps to the standards (RFC 9051 or 3501, RFC 5321), with a password, or
// with Google's and Microsoft's sign-in by browser.
//
// Read it in the order of a letter's way:
//
//	network.go     what the fleet and the sender see
//	address.go     servers and addresses; dial.go connections
//	credential.go  passwords, tokens and their renewal
//	collect.go     polling, and IDLE in between
//	sweep.go       folders read upwards by UID, and the first time downwards
//	fetch.go       what is read of a letter; folder.go where it lies
//	attempt.go     what a server breaks over
//	letter.go      a letter decoded: header; body.go its parts, words.go its words
//	quote.go       what an answer repeats; automatic.go robots; report.go bounces
//	message.go     a letter as a community.Message; thread.go its thread
//	reply.go       answering, and finding the answer again; compose.go the letter
//	seal.go        telling our own letters from those under our address
//	check.go       health; connect.go how a person connects a mailbox
//
// What is collected: every letter of INBOX, of the folders that the account's
// queries name, and of the folder of sent letters, whose letters are our own.
// Nothing in the mailbox is changed: folders are opened for reading, letters stay
// unread. IDLE tells of new letters in INBOX within a second; what it brings
// moves no cursor. The other folders are polled every minute. A letter that is
// moved or removed there is not deleted here: a customer cannot take back a
// letter, and nobody can change one.
//
// A message's id is the letter's Message-ID; one without, or with one that another
// letter bears already, is named by its content. Its time is when the server received it, not what its author claims.
// Its thread is the oldest letter that its References name, as far as known. Its
// text is what its author wrote: HTML as plain text, without signature, without
// what it repeats of the letters before at its end or its beginning; the subject
// stands above the first letter of a thread, and in Extra "subject" of each.
// Attachments are names ("attachment:invoice.pdf"); their bytes stay on the
// server. Of each letter the first 256 KB are read, and the first text part where
// that lies beyond.
//
// Letters of programs are shown and cannot be answered ("mail.automatic"), so
// that two robots never talk to each other; our own acknowledgements say that
// they are automatic. A report that an answer of ours did not arrive joins that
// answer's thread as its recipient's message ("mail.bounced"), so that the
// conversation asks for a human again.
//
// The Message-ID of an answer follows from the reply's id: wherever a copy of it
// is met it is the same message, and Look finds it. A copy is laid among what was
// sent. Where the account asks for it every answer is also sent to the mailbox
// itself: only that proves that the server took an answer whose receipt was lost.
// The copy bears a seal, because anybody can write our address on a letter; it
// holds for the words that were sent, whatever servers add below them.
package mail
