//go:build soak

package main

// killTimes is how often the program is killed in each proof.
const killTimes = 200

// answerKills is how often the program is killed in the middle of an answer.
const answerKills = 1000
