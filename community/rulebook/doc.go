// Package rulebook is a brand's own judgement beside the model's: its rules,
// compiled, and applied to each message after the model has spoken.
//
//	book.go     Compile a list of rules into a Book, Apply it to a message
//	check.go    what a rule may say, and the faults that tell what is wrong
//	sound.go    a stored list without what does not compile
//	name.go     a name without what does not show
//	hold.go     whether a condition holds for a message
//	index.go    which of a thousand rules are worth asking
//	count.go    how many messages of the last days each rule touches
//	preview.go  what a rule would have done to the messages of the last days
//	shipped.go  the rules Vigie comes with: danger, law, fraud, leaked data
//
// The order of effects. Rules are asked from the first to the last. All see the
// message and what the model alone said of it, never what another rule made of
// it. Where several touch the same message:
//
//   - category, channel, and an urgency that is set: the first rule that names
//     one decides;
//   - an urgency that is raised is a floor: the highest floor of all rules
//     stands, above what the model said and above what a rule has set;
//   - tags add up;
//   - after a rule that stops, no later one is asked. Its own effect counts.
//
// What a rule decided has probability 1 and does not abstain; what the model had
// said of it is kept in Verdict.Said.
package rulebook
