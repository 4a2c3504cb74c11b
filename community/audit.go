package community

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"
)

// AuditQuota is how many messages of a brand enter the audit sample on a day
// (of the brand's calendar). A day with fewer messages is in it whole.
const AuditQuota = 50

// AuditFewest is how many judged messages figures need before they are worth
// reading: below it an interval spans most of the scale.
const AuditFewest = 30

// AuditSpan is how far back NextAudit looks for messages to judge.
const AuditSpan = 14 * 24 * time.Hour

// Stratum is a part of a brand's traffic of one day: what the classifier gave
// one category and what one channel took. Rare parts get as many places in the
// sample as large ones, and weigh less.
type Stratum struct {
	Brand    string   `json:"brand"`
	Day      Day      `json:"day"`
	Category Category `json:"category"`
	Channel  string   `json:"channel"`
}

// Draw is a message's ticket in the audit sample: its stratum, its lot, and
// what was said of it when it was drawn, which nobody sees before they judge.
type Draw struct {
	Stratum
	Message string // key
	Lot     uint32
	Answers Answers
}

// Answers are the labels that were given to a message, by head: as they were
// shown (rules and corrections applied), by the model alone, and by the model on
// trial.
type Answers struct {
	Shown       map[string]string `json:"shown"`
	Alone       map[string]string `json:"alone"`
	Model       string            `json:"model"`
	Shadow      map[string]string `json:"shadow,omitempty"`
	ShadowModel string            `json:"shadow_model,omitempty"`
	Language    string            `json:"language,omitempty"`
}

// AnswersOf are the answers a verdict gives.
func AnswersOf(v *Verdict) Answers {
	alone := v.Alone()
	a := Answers{Shown: labelsOf(v), Alone: labelsOf(&alone), Model: v.Model, Language: v.Language.Label}
	if v.Shadow != nil {
		shadow := v.Shadow.Verdict()
		a.Shadow, a.ShadowModel = labelsOf(&shadow), shadow.Model
	}
	return a
}

func labelsOf(v *Verdict) map[string]string {
	out := make(map[string]string, len(HumanHeads()))
	for _, head := range HumanHeads() {
		out[head] = v.Head(head).Label
	}
	return out
}

// Lot is the number a message draws: 32 bits of SHA-256 of its key, the same on
// every machine and whatever order messages come in. Who keeps the k lowest
// lots of a stratum of n has a simple random sample of it: every message was as
// likely to be in it, k/n.
func Lot(message string) uint32 {
	sum := sha256.Sum256([]byte("audit\x00" + message))
	return binary.BigEndian.Uint32(sum[:])
}

// SampleCap divides a day's quota between its strata, of these sizes: every
// stratum gives its SampleCap lowest lots, or all it has. The places that small
// strata do not need go to the others, so that the sample is as large as the
// quota (or a few places smaller: the division leaves a rest). The cap falls as
// strata grow: a message that left the sample never comes back to it, which is
// why the sample can be kept while the day goes on.
func SampleCap(sizes []int, quota int) int {
	sorted := slices.Sorted(slices.Values(sizes))
	left := quota
	for i, n := range sorted {
		share := left / (len(sorted) - i)
		if n > share {
			return max(share, 1)
		}
		left -= n
	}
	if len(sorted) == 0 {
		return quota
	}
	return sorted[len(sorted)-1] + left // everything is in, and there is room
}

// AuditTask is a message to judge: what was said, and nothing of what the
// classifier made of it.
type AuditTask struct {
	Message   string    `json:"id"` // key
	Brand     string    `json:"brand"`
	Network   string    `json:"network"`
	Kind      Kind      `json:"kind"`
	Private   bool      `json:"private"`
	Author    Author    `json:"author"`
	Text      string    `json:"text"`
	Media     []Media   `json:"media,omitempty"`
	URL       string    `json:"url"`
	InReplyTo string    `json:"in_reply_to"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	Left      int       `json:"left"` // messages the viewer can still judge, this one included
}

// AuditTaskOf shows a message blind.
func AuditTaskOf(key string, m *Message, left int) AuditTask {
	return AuditTask{
		Message: key, Brand: m.Brand, Network: m.Network, Kind: m.Kind, Private: m.Private, Author: m.Author, Text: m.Text,
		Media: m.Media, URL: m.URL, InReplyTo: m.InReplyTo, CreatedAt: m.At(), Left: left,
	}
}

// Judgement is what a person said of a message of the audit sample. A head
// without a label was left open; with Skipped the whole message was.
type Judgement struct {
	Message string            `json:"message"`
	Agent   string            `json:"agent"`
	Labels  map[string]string `json:"labels,omitempty"` // by head
	Skipped bool              `json:"skipped,omitempty"`
	Content string            `json:"-"` // hash of the content the agent saw
	At      time.Time         `json:"at"`
}

// Check refuses a judgement that says nothing (Fault Invalid "audit.empty") and
// labels nobody can give.
func (j *Judgement) Check() error {
	if len(j.Labels) == 0 && !j.Skipped {
		return Faultf(Invalid, "audit.empty")
	}
	for head, label := range j.Labels {
		if err := CheckLabel(head, label); err != nil {
			return err
		}
	}
	return nil
}

// Judged is a judged message of the sample beside what was said of it.
type Judged struct {
	Draw
	Judgement
	Said Message // as it was judged
}

// Size is how many messages a stratum had and how many of them are judged.
type Size struct {
	Stratum
	Seen    int
	Judged  int
	Skipped int
}
