//go:build soak

package main

// killTimes is how often the program is killed in each proof.
const killTimes = 200
