package mail

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/vigie-hq/vigie/community"
)

const inbox = "INBOX"

// A mailbox is listened to in so many folders at most.
const maxFolders = 20

// folders are the folders that are read: INBOX, those the account's queries
// name, and last the one that holds what was sent. sent is "" where there is
// none.
func (r *reader) folders(account *community.Account) (names []string, sent string, err error) {
	sent, err = r.sentFolder()
	if err != nil {
		return nil, "", err
	}
	names = []string{inbox}
	for line := range strings.Lines(account.Queries) {
		name := strings.TrimSpace(line)
		if name != "" && name != sent && !strings.EqualFold(name, inbox) && !slices.Contains(names, name) && len(names) < maxFolders {
			names = append(names, name)
		}
	}
	if sent != "" {
		names = append(names, sent)
	}
	return names, sent, nil
}

// sentFolder finds the folder of sent letters: the one the server marks as such
// (RFC 6154), else by the names that servers and programs give it.
func (r *reader) sentFolder() (string, error) {
	defer r.within(answerTimeout)()
	var options *imap.ListOptions
	if r.caps.Has(imap.CapSpecialUse) && (r.caps.Has(imap.CapListExtended) || r.caps.Has(imap.CapIMAP4rev2)) {
		options = &imap.ListOptions{ReturnSpecialUse: true}
	}
	listed, err := r.List("", "*", options).Collect()
	if err != nil {
		return "", r.fault(err)
	}
	known := []string{"sent", "sent items", "sent messages", "sent mail"}
	best, rank := "", len(known)
	for _, l := range listed {
		if slices.Contains(l.Attrs, imap.MailboxAttrSent) {
			return l.Mailbox, nil
		}
		last := strings.ToLower(l.Mailbox)
		if l.Delim != 0 {
			last = last[strings.LastIndexByte(last, byte(l.Delim))+1:]
		}
		if i := slices.Index(known, last); i >= 0 && i < rank && !slices.Contains(l.Attrs, imap.MailboxAttrNoSelect) {
			best, rank = l.Mailbox, i
		}
	}
	return best, nil
}

// examine selects a folder for reading alone: nothing in it changes by that, not
// even \Recent. A folder that is not there is a Fault NotFound.
func (r *reader) examine(name string) (*imap.SelectData, error) {
	defer r.within(answerTimeout)()
	data, err := r.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		var status *imap.Error
		if errors.As(err, &status) && status.Type == imap.StatusResponseTypeNo && status.Code == "" {
			return nil, community.Faultf(community.NotFound, "mail.folder", name).Because(err)
		}
		return nil, r.fault(err)
	}
	return data, nil
}

// So many letters under one Message-ID are looked at: it is anybody's to repeat.
const maxNamesakes = 20

// find returns the oldest letter with that Message-ID that is wanted, in the
// first of the folders that has it; nil where none does.
func (r *reader) find(ctx context.Context, id string, folders []string, wanted func(*raw) bool) (*raw, error) {
	for _, name := range folders {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if _, err := r.examine(name); err != nil {
			if community.KindOf(err) == community.NotFound {
				continue
			}
			return nil, err
		}
		uids, err := r.search(&imap.SearchCriteria{
			Header: []imap.SearchCriteriaHeaderField{{Key: "Message-Id", Value: "<" + id + ">"}},
		})
		if err != nil {
			return nil, err
		}
		letters, _, err := r.fetch(uids[:min(maxNamesakes, len(uids))])
		if err != nil {
			return nil, err
		}
		for i := range letters {
			letters[i].folder = name
			if wanted(&letters[i]) {
				return &letters[i], nil
			}
		}
	}
	return nil, nil
}

// search lists the ids of the selected folder that meet criteria, in order.
func (r *reader) search(criteria *imap.SearchCriteria) ([]imap.UID, error) {
	defer r.within(answerTimeout)()
	found, err := r.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, r.fault(err)
	}
	uids := found.AllUIDs()
	slices.Sort(uids)
	return uids, nil
}
