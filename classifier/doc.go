// Package classifier turns the words of a message into a verdict: category,
// urgency, sentiment, contact reason, complaint, language and spam, each with a
// probability that means what it says and the honesty to abstain.
//
// One linear model answers for all heads in one pass. Read the files in the
// order a message goes through them:
//
//	token.go       text to tokens: words, numbers, mentions, emoji, marks
//	fold.go        one spelling for a letter: case, accents, look-alikes
//	handle.go      whose a mention seems to be
//	role.go        the small words that deny, and those for author and reader
//	lexicon.go     words that mean the same, in French and English
//	features.go    tokens to hashed features, in four blocks
//	skeleton.go    the block of bones: the text with its words replaced by concepts
//	genre.go       the block of signals: length, capitals, questions, amounts
//	heads.go       the questions asked, and their lanes in the table
//	model.go       the table of weights, and its sums
//	calibrate.go   sums to probabilities, labels and abstention
//	classifier.go  message in, verdict out
//	evidence.go    which words weighed on an answer: spread.go weighs them, prove.go
//	               takes them out; reading.go does it for every category
//
// and the workshop beside them:
//
//	example.go     labelled messages and their decoder; table.go reads them from CSV
//	taxonomy.go    a company's own categories and reasons
//	label.go       our labels for texts that others publish
//	train.go       from examples to a model; options.go steers it
//	refine.go      from a model and corrections to the nearest better one
//	solver.go      the arithmetic of the table
//	blend.go       fits what calibrate.go applies
//	pack.go        floats to the table's bytes and back
//	modelfile.go   the model as a file, versioned and checksummed
//	evaluate.go    how good it is; figure.go, measure.go and reliability.go have the
//	               formulas, curve.go and folds.go train to judge
//	faithful.go    does the evidence drive the score? cause.go: is it what people marked?
//	report.go      the report as text and JSON; html.go, page.go and chart.go as one page
//	baseline.go    what any model must beat: the majority and a keyword list
//	stream.go      many messages through one classifier, in order, on all cores
//	command.go     what the commands of vigie call
//
// The package knows no rules, no corrections and no store. Whether an author
// is the brand itself is decided by account, before anybody asks here.
package classifier
