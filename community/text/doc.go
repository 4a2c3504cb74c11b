// Package text is what Vigie knows about writing: folding (so that "Colis" and
// "colis", "œuf" and "oeuf" are the same word), tokens with their place in the
// text, graphemes (what a reader counts as one character), the lengths networks
// measure in, and a hash that near-identical texts share.
//
// There is one of each in the whole tree: search, classifier, composer and
// collectors all use these. It imports the standard library only.
package text
