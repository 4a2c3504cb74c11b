package desk

import (
	"context"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// Escalate registers a conversation as a complaint: it gets a number and five
// working days by the brand's calendar. A conversation has one complaint at
// most: escalating again returns it.
func (d *Desk) Escalate(ctx context.Context, v community.Viewer, a Case) (community.Complaint, error) {
	var out community.Complaint
	_, err := d.change(ctx, v, community.ActionEscalate, a.Conversation, 0, func(tx Tx, settings *Settings, c *community.Conversation) error {
		known, err := tx.ComplaintOf(ctx, c.ID)
		if err != nil {
			return err
		}
		if known != nil {
			out = *known
			return nil
		}
		hours := settings.Hours[c.Brand]
		n, err := tx.NextNumber(ctx, c.Brand, hours.Day(d.now()).Year)
		if err != nil {
			return err
		}
		out = community.OpenComplaint("r"+c.ID[1:], c, n, v.Agent, hours, d.now())
		fill(&out, a)
		c.Case = out.Number
		if err := tx.PutComplaint(ctx, nil, &out); err != nil {
			return err
		}
		if err := d.act(ctx, tx, v, c.ID, "escalated", "", out.Number); err != nil {
			return err
		}
		return d.tellComplaint(ctx, tx, &out)
	})
	return out, err
}

// Advance moves a complaint on: event says how, a what was learnt. version 0
// means "as it is now". An empty event only writes down what was learnt.
func (d *Desk) Advance(ctx context.Context, v community.Viewer, complaint string, version int64, event community.ComplaintEvent, a Case) (community.Complaint, error) {
	var out community.Complaint
	err := d.store.Write(ctx, func(tx Tx) error {
		before, err := tx.Complaint(ctx, complaint)
		if err != nil {
			return err
		}
		if before == nil {
			return community.Faultf(community.NotFound, "complaint.unknown", complaint)
		}
		c, _, err := d.open(ctx, tx, v, community.ActionEscalate, before.Conversation)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return community.Faultf(community.Conflict, "complaint.version", before.Version)
		}
		out = *before
		if event == "" {
			out.Version++
		} else if out, err = before.Next(event, v.Agent, a.Outcome, d.now()); err != nil {
			return err
		}
		fill(&out, a)
		if err := tx.PutComplaint(ctx, before, &out); err != nil {
			return err
		}
		if event != "" {
			if err := d.act(ctx, tx, v, c.ID, "complaint", string(before.State), string(out.State)); err != nil {
				return err
			}
		}
		return d.tellComplaint(ctx, tx, &out)
	})
	return out, err
}

// fill writes down what the case says; what it leaves empty stays as it is.
func fill(out *community.Complaint, a Case) {
	text := func(to *string, from string) {
		if s := strings.TrimSpace(from); s != "" {
			*to = s
		}
	}
	if a.Reason != "" {
		out.Reason = a.Reason
	}
	text(&out.Cause, a.Cause)
	text(&out.Summary, a.Summary)
	text(&out.Outcome, a.Outcome)
	text(&out.Owner, a.Owner)
	if a.Cost > 0 {
		out.Cost = a.Cost
	}
}

func (d *Desk) tellComplaint(ctx context.Context, tx Tx, c *community.Complaint) error {
	return tx.PutEvent(ctx, community.Event{
		Type: community.EventComplaintChanged, Brand: c.Brand, Conversation: c.Conversation,
		At: d.now(), Origin: community.Live,
	})
}
