package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func testVault(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx := fresh(t), t.Context()
	_, err := b.Vault.Secret(ctx, "k", "token")
	isKind(t, err, community.NotFound)
	ok(t, b.Vault.PutSecrets(ctx, "k", map[string][]byte{"token": []byte("a"), "refresh": []byte("b"), "empty": {}}))
	same(t, "one", string(must[[]byte](t)(b.Vault.Secret(ctx, "k", "token"))), "a")
	same(t, "an empty one", string(must[[]byte](t)(b.Vault.Secret(ctx, "k", "empty"))), "")
	same(t, "known", slices.Equal(must[[]string](t)(b.Vault.Known(ctx, "k")), []string{"empty", "refresh", "token"}), true)
	ok(t, b.Vault.PutSecrets(ctx, "k", map[string][]byte{"token": []byte("c"), "refresh": nil, "never": nil}))
	same(t, "another", string(must[[]byte](t)(b.Vault.Secret(ctx, "k", "token"))), "c")
	_, err = b.Vault.Secret(ctx, "k", "refresh")
	isKind(t, err, community.NotFound)
	_, err = b.Vault.Secret(ctx, "other", "token")
	isKind(t, err, community.NotFound)

	failed := community.Faultf(community.Conflict, "test")
	err = b.Store.Write(ctx, func(tx desk.Tx) error { // with a transaction that is undone
		ok(t, tx.PutSecrets(ctx, "k", map[string][]byte{"token": []byte("lost"), "more": []byte("lost")}))
		return failed
	})
	isKind(t, err, community.Conflict)
	same(t, "as before", string(must[[]byte](t)(b.Vault.Secret(ctx, "k", "token"))), "c")
	same(t, "as many", len(must[[]string](t)(b.Vault.Known(ctx, "k"))), 2)
}

func testConnecting(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx := fresh(t), t.Context()
	soon := Clock().Add(time.Minute)
	ok(t, b.Connecting.Keep(ctx, "h1", "s1", soon, []byte("kept")))
	ok(t, b.Connecting.Keep(ctx, "h2", "s1", Clock(), []byte("too late")))
	for _, wrong := range [][2]string{{"h1", "s2"}, {"h1", ""}, {"h3", "s1"}, {"h2", "s1"}} {
		_, err := b.Connecting.Take(ctx, wrong[0], wrong[1])
		isKind(t, err, community.NotFound)
		_, err = b.Connecting.Look(ctx, wrong[0], wrong[1])
		isKind(t, err, community.NotFound)
	}
	for range 2 {
		same(t, "looked at", string(must[[]byte](t)(b.Connecting.Look(ctx, "h1", "s1"))), "kept")
	}
	same(t, "taken", string(must[[]byte](t)(b.Connecting.Take(ctx, "h1", "s1"))), "kept")
	_, err := b.Connecting.Take(ctx, "h1", "s1")
	isKind(t, err, community.NotFound)
}

func testStandings(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx := fresh(t), t.Context()
	b.brands(t, "a", "b")
	m := message("a", 1)
	b.file(t, "c1", m)
	key := community.AccountKey("a", "x", "brand")
	b.write(t, func(tx desk.Tx) error {
		return tx.PutAccount(ctx, community.Account{Brand: "a", Network: "mail", Name: "care", Role: community.RoleSupport, State: community.AccountActive})
	})
	same(t, "nothing known yet", len(must[[]community.Standing](t)(b.Reader.Standings(ctx, system(), "a"))), 2)
	ok(t, b.Memory.SaveReceived(ctx, key, community.Cursor{Connected: Clock(), Complete: Clock().Add(time.Hour)}))
	b.write(t, func(tx desk.Tx) error {
		c, err := tx.Conversation(ctx, "c1")
		if err != nil {
			return err
		}
		for i, state := range []community.ReplyState{community.ReplyHeld, community.ReplyHeld, community.ReplySent} {
			r := community.Reply{ID: string(rune('p' + i)), Brand: "a", Conversation: c.ID, Account: key, State: state, CreatedAt: Clock(), Version: 1}
			if err := tx.PutReply(ctx, nil, &r); err != nil {
				return err
			}
		}
		return nil
	})
	list := must[[]community.Standing](t)(b.Reader.Standings(ctx, agentOf("a", community.RoleReader), "a"))
	same(t, "accounts", len(list), 2)
	same(t, "by network", list[0].Network+list[1].Network, "mailx")
	one := must[community.Standing](t)(b.Reader.Standing(ctx, agentOf("a", community.RoleReader), key))
	same(t, "key", one.Key, key)
	same(t, "waiting", one.Waiting, 2)
	same(t, "another's", list[0].Waiting, 0)
	same(t, "complete", one.Complete.Equal(Clock().Add(time.Hour)) && one.Connected.Equal(Clock()), true)
	same(t, "not for others", len(must[[]community.Standing](t)(b.Reader.Standings(ctx, agentOf("b", community.RoleAdmin), "a"))), 0)
	_, err := b.Reader.Standing(ctx, agentOf("b", community.RoleAdmin), key)
	isKind(t, err, community.NotFound)
	_, err = b.Reader.Standing(ctx, system(), "nobody")
	isKind(t, err, community.NotFound)
}

func testAccountActs(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx := fresh(t), t.Context()
	b.brands(t, "a", "b")
	key := community.AccountKey("a", "x", "brand")
	acts := []community.AccountAct{
		{Account: key, Brand: "a", Agent: "nadia", Verb: "connected", To: "brand", At: Clock()},
		{Account: key, Brand: "a", Agent: "nadia", Verb: "title", From: "Maison a", To: "Maison A", At: Clock().Add(time.Minute)},
	}
	b.write(t, func(tx desk.Tx) error {
		held, err := tx.Account(ctx, key)
		if err != nil || held == nil || held.Network != "x" {
			t.Errorf("the account is %v, %v", held, err)
		}
		if none, err := tx.Account(ctx, "nobody"); none != nil || err != nil {
			t.Errorf("nobody is %v, %v", none, err)
		}
		for _, a := range acts {
			if err := tx.PutAccountAct(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	slices.Reverse(acts)
	got := must[[]community.AccountAct](t)(b.Reader.AccountActs(ctx, agentOf("a", community.RoleReader), key))
	same(t, "acts", slices.Equal(got, acts), true)
	_, err := b.Reader.AccountActs(ctx, agentOf("b", community.RoleAdmin), key)
	isKind(t, err, community.NotFound)
}
