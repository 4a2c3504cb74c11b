//go:build race

package kafka_test

// raced: the race detector holds several times the memory of the program.
const raced = true
