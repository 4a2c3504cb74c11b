//go:build !soak

package kafka_test

const kills = 3
