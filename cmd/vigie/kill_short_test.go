//go:build !soak

package main

// killTimes is how often the program is killed in each proof; the soak form
// (-tags soak) does it two hundred times.
const killTimes = 20

// answerKills is how often the program is killed in the middle of an answer; the soak form does it a thousand times.
const answerKills = 20
