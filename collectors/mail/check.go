package mail

import (
	"context"
	"errors"

	"github.com/vigie-hq/vigie/community"
)

// Check signs in to both servers and looks for the folders that are listened to.
// What it finds wrong stands in the health; an error is returned too where the
// look itself could not be had.
func (n *Network) Check(ctx context.Context, account community.Account) (community.Health, error) {
	health := community.Health{CheckedAt: n.o.Now().UTC()}
	b, err := n.box(account)
	if err != nil {
		return faulty(health, err)
	}
	health.Push, health.PushWhy = b.pushing()
	c, err := n.credential(ctx, b)
	if err != nil {
		return faulty(health, err)
	}
	health.RenewsAt = c.expires
	missing, err := n.try(ctx, b, &c)
	health.Missing = missing
	if err == nil && len(missing) > 0 {
		health.Fault = "mail.folder"
	}
	return faulty(health, err)
}

// try signs in to both servers; missing are the folders that are not there.
func (n *Network) try(ctx context.Context, b *box, c *credential) (missing []string, err error) {
	r, err := n.openWith(ctx, b, c)
	if err != nil {
		return nil, err
	}
	defer r.close()
	folders, _, err := r.folders(&b.account)
	if err != nil {
		return nil, err
	}
	for _, name := range folders {
		if _, err := r.examine(name); community.KindOf(err) == community.NotFound {
			missing = append(missing, name)
		} else if err != nil {
			return missing, err
		}
	}
	if b.account.Outgoing == "" {
		return missing, nil
	}
	client, hangUp, err := n.submission(ctx, b, c)
	if err != nil {
		return missing, err
	}
	defer hangUp()
	_ = client.Quit()
	return missing, nil
}

// faulty notes what a look met. A refused sign-in is what the look found; what
// kept it from looking is an error too.
func faulty(health community.Health, err error) (community.Health, error) {
	var f *community.Fault
	if errors.As(err, &f) {
		health.Fault = f.Key
	}
	if community.KindOf(err) == community.Unauthorised {
		err = nil
	}
	return health, err
}
