package graph

import (
	"context"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// The names of an app's fields, in connection forms and in the vault under
// collectors.AppOwner.
const (
	FieldAppID       = "app_id"
	FieldAppSecret   = "app_secret"
	FieldVerifyToken = "verify_token" // what Meta's dashboard sends back to prove that the webhook is ours
	FieldHumanAgent  = "human_agent"  // "yes" once Meta granted the Human Agent permission
	FieldToken       = "token"        // a token made in Meta's business settings, for who needs no browser
)

// SharedApp is the network whose app is looked for when one has none of its own:
// Facebook and Instagram are usually one app.
const SharedApp = "facebook"

// How long an app's secrets are remembered: webhooks are checked against them
// thousands of times a second. That there are none is remembered more briefly:
// whoever calls without a right to it must not cost a reading each time.
const (
	appFor   = 30 * time.Second
	noAppFor = 2 * time.Second
)

// App is the app that was registered with Meta.
type App struct {
	ID, Secret, VerifyToken string
	// HumanAgent says that Meta lets the app answer for seven days after a
	// customer's last message, if a human wrote the answer.
	HumanAgent bool
}

// access is the app's own token.
func (a App) access() string { return a.ID + "|" + a.Secret }

// Fields are the form's questions about the app.
func Fields() []collectors.Field {
	return []collectors.Field{
		{Name: FieldAppID, Kind: collectors.FieldText, App: true},
		{Name: FieldAppSecret, Kind: collectors.FieldSecret, App: true},
		{Name: FieldVerifyToken, Kind: collectors.FieldSecret, App: true, Optional: true},
		{Name: FieldHumanAgent, Kind: collectors.FieldChoice, App: true, Optional: true, Choices: []string{"no", "yes"}, Default: "no"},
		{Name: FieldToken, Kind: collectors.FieldSecret, Optional: true},
	}
}

// AppFrom reads the app out of a filled-in form. What is missing is a Fault
// Invalid "connect.field" with the field's name.
func AppFrom(values map[string]string) (App, error) {
	app := App{
		ID: values[FieldAppID], Secret: values[FieldAppSecret], VerifyToken: values[FieldVerifyToken],
		HumanAgent: values[FieldHumanAgent] == "yes",
	}
	switch {
	case app.ID == "" || strings.Trim(app.ID, "0123456789") != "":
		return app, community.Faultf(community.Invalid, "connect.field", FieldAppID)
	case app.Secret == "":
		return app, community.Faultf(community.Invalid, "connect.field", FieldAppSecret)
	}
	return app, nil
}

type knownApp struct {
	app   App
	until time.Time
}

func (k knownApp) missing() error {
	if k.app.ID == "" || k.app.Secret == "" {
		return community.Faultf(community.Unauthorised, "graph.no_app")
	}
	return nil
}

// App is the app a network uses: its own, or Facebook's if it has none.
// A network without app is Unauthorised "graph.no_app".
func (g *Graph) App(ctx context.Context, network string) (App, error) {
	now := g.o.Now()
	g.mu.Lock()
	known, ok := g.apps[network]
	g.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.app, known.missing()
	}
	app, err := g.appOf(ctx, network)
	if err != nil {
		return App{}, err
	}
	if app.ID == "" && network != SharedApp {
		if app, err = g.appOf(ctx, SharedApp); err != nil {
			return App{}, err
		}
	}
	known = knownApp{app, now.Add(appFor)}
	err = known.missing()
	if err != nil {
		known.until = now.Add(noAppFor)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.apps[network] = known
	return app, err
}

func (g *Graph) appOf(ctx context.Context, network string) (App, error) {
	values := map[string]string{}
	for _, name := range []string{FieldAppID, FieldAppSecret, FieldVerifyToken, FieldHumanAgent} {
		value, err := g.o.Vault.Secret(ctx, collectors.AppOwner(network), name)
		if err != nil && community.KindOf(err) != community.NotFound {
			return App{}, err
		}
		values[name] = string(value)
	}
	return App{
		ID: values[FieldAppID], Secret: values[FieldAppSecret], VerifyToken: values[FieldVerifyToken],
		HumanAgent: values[FieldHumanAgent] == "yes",
	}, nil
}
