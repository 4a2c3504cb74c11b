package main

import (
	"context"
	"errors"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Change changes what a person may change of an account.
func (c connector) Change(ctx context.Context, v community.Viewer, key string, edit community.AccountEdit) (community.Account, error) {
	account, err := c.h.desk.ChangeAccount(ctx, v, key, edit)
	if err == nil {
		c.h.senders.forget(key)
	}
	return account, err
}

// Check asks the network now how the account stands, and keeps the answer. A
// token that is refused parks the account; one that works again brings it back.
func (c connector) Check(ctx context.Context, v community.Viewer, key string) (community.Standing, error) {
	standing, err := c.h.reader.Standing(ctx, v, key)
	if err != nil {
		return standing, err
	}
	if err := c.may(v, standing.Brand); err != nil {
		return standing, err
	}
	checker, can := c.h.networks[standing.Network].(collectors.Checker)
	if !can || standing.State == community.AccountDeactivated {
		return standing, nil
	}
	health, failed := ask(ctx, func(ctx context.Context) (community.Health, error) { return checker.Check(ctx, standing.Account) })
	now, err := c.h.reader.Standing(ctx, v, key)
	if err != nil || !now.Since.Equal(standing.Since) { // connected again meanwhile: it was the token before
		return now, err
	}
	if health.CheckedAt.IsZero() {
		health.CheckedAt = c.h.now().UTC()
	}
	if failed != nil && health.Fault == "" {
		health.Fault = faultKey(failed)
	}
	if err := c.h.memory.SaveHealth(ctx, key, health); err != nil {
		return standing, err
	}
	switch refused := failed != nil && community.KindOf(failed) == community.Unauthorised; {
	case refused && standing.State == community.AccountActive:
		err = c.h.memory.SaveState(ctx, key, community.AccountReconnect, health.Fault)
	case failed == nil && health.Fault == "" && standing.State == community.AccountReconnect:
		err = c.h.memory.SaveState(ctx, key, community.AccountActive, "")
	}
	if err != nil {
		return standing, err
	}
	return c.h.reader.Standing(ctx, v, key)
}

// faultKey is the key of a fault, for people to read; any other error is a part
// that does not answer.
func faultKey(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return "unavailable"
}
