package mail

import (
	"context"
	"encoding/json"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"

	"github.com/vigie-hq/vigie/community"
)

// How long keeping a copy of what was sent may take.
const copyTimeout = 20 * time.Second

// Reply sends an answer to the target's author by SMTP, as part of its thread,
// then lays a copy among what was sent. What the letter is about and whom it asks
// to answer to is read from the mailbox first; a letter that a human moved away
// meanwhile is answered by what is known of it. Until the server was given the
// whole letter nothing was certainly sent; once it was, only the server's word
// tells.
func (n *Network) Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error) {
	b, err := n.box(account)
	if err != nil {
		return community.Receipt{}, err
	}
	if account.Outgoing == "" {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.collect_only")
	}
	if !usable(target.ID) || target.Scope != "" && target.Scope != b.scope() {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.elsewhere", target.Scope)
	}
	r, c, err := n.open(ctx, b)
	if err != nil {
		return community.Receipt{}, err
	}
	defer r.close()
	folders, sent, err := r.folders(&account)
	if err != nil {
		return community.Receipt{}, err
	}
	l, err := r.find(ctx, target.ID, folders, func(l *raw) bool {
		// Another's letter under the same id must not say where the answer goes,
		// and what we wrote ourselves is only believed where we laid it.
		if target.Author.ID == b.address {
			return l.folder == sent
		}
		return decode(l).from.address == target.Author.ID
	})
	if err != nil {
		return community.Receipt{}, err
	}
	var original *letter
	if l != nil {
		read := decode(l)
		original = &read
	}
	if original != nil && original.automatic {
		return community.Receipt{}, community.Faultf(community.Refused, whyAutomatic)
	}
	a := b.answerTo(original, &target, &reply, n.o.Now())
	if !isAddress(a.to) || a.to == b.address {
		return community.Receipt{}, community.Faultf(community.Refused, whyNobody)
	}
	if c.copies {
		key, err := n.sealKey(ctx, b, true)
		if err != nil {
			return community.Receipt{}, err
		}
		a.seal = sealOf(key, a.id, reply.Text)
	}
	content, err := a.bytes()
	if err != nil {
		return community.Receipt{}, err
	}
	if target.Thread != "" {
		b.threads.put(a.id, target.Thread)
		b.sentTo.put(a.id, a.to)
	}
	if err := n.submit(ctx, b, &c, a.to, content); err != nil {
		return community.Receipt{}, err
	}
	n.file(ctx, b, r, sent, a.date, content)
	return community.Receipt{ID: a.id, At: a.date.UTC()}, nil
}

// submit gives a letter to the SMTP server.
func (n *Network) submit(ctx context.Context, b *box, c *credential, to string, content []byte) error {
	client, hangUp, err := n.submission(ctx, b, c)
	if err != nil {
		return err
	}
	defer hangUp()
	if err := client.Mail(b.address, &smtp.MailOptions{Size: int64(len(content))}); err != nil {
		return n.refusal(err, false)
	}
	recipients := []string{to}
	if c.copies {
		recipients = append(recipients, b.address)
	}
	for _, address := range recipients {
		if err := client.Rcpt(address, nil); err != nil {
			return n.refusal(err, false)
		}
	}
	w, err := client.Data()
	if err != nil {
		return n.refusal(err, false)
	}
	if _, err := w.Write(content); err != nil {
		return n.refusal(err, false) // the final dot was never written
	}
	if _, err := w.CloseWithResponse(); err != nil {
		return n.refusal(err, true)
	}
	_ = client.Quit() // it has taken the letter, whatever it says of the farewell
	return nil
}

// file lays a copy of what was sent where mailboxes keep such, for whoever reads
// the mailbox by other means. The letter is sent: a copy that cannot be laid
// there is a loss for the log only.
func (n *Network) file(ctx context.Context, b *box, r *reader, sent string, at time.Time, content []byte) {
	stop := time.AfterFunc(copyTimeout, func() { _ = r.conn.Close() })
	defer stop.Stop()
	if err := r.keep(sent, at, content); err != nil && ctx.Err() == nil {
		n.o.Logger.Warn("no copy of an answer was kept in the mailbox", "account", b.account.Key(), "error", err)
	}
}

func (r *reader) keep(sent string, at time.Time, content []byte) error {
	if sent == "" {
		sent = "Sent"
		if err := r.Create(sent, nil).Wait(); err != nil {
			return r.fault(err)
		}
	}
	command := r.Append(sent, int64(len(content)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}, Time: at})
	if _, err := command.Write(content); err != nil {
		return r.fault(err)
	}
	if err := command.Close(); err != nil {
		return r.fault(err)
	}
	_, err := command.Wait()
	return r.fault(err)
}

// Look searches what was sent, and everywhere else a copy may have arrived, for
// the reply's own Message-ID. That it is not there proves that it was not sent
// only where answers go to the mailbox too (see credential.go) or the server
// files what it sends by itself.
func (n *Network) Look(ctx context.Context, account community.Account, _ community.Message, reply community.Reply) (community.Receipt, bool, error) {
	b, err := n.box(account)
	if err != nil {
		return community.Receipt{}, false, err
	}
	r, _, err := n.open(ctx, b)
	if err != nil {
		return community.Receipt{}, false, err
	}
	defer r.close()
	folders, sent, err := r.folders(&account)
	if err != nil {
		return community.Receipt{}, false, err
	}
	key, err := n.sealKey(ctx, b, false)
	if err != nil {
		return community.Receipt{}, false, err
	}
	id := messageIDOf(b, &reply)
	if sent != "" {
		folders = append([]string{sent}, folders...)
	}
	l, err := r.find(ctx, id, folders, func(l *raw) bool {
		return l.folder == sent || bears(key, l, id, reply.Text) // else somebody else's under our id
	})
	if err != nil || l == nil {
		return community.Receipt{}, false, err
	}
	return community.Receipt{ID: id, At: l.date.UTC()}, true, nil
}

// subjectOf is the subject a message was collected with.
func subjectOf(m *community.Message) string {
	var subject string
	if json.Unmarshal(m.Extra["subject"], &subject) != nil {
		return ""
	}
	return cleanLine(subject, maxSubject)
}
