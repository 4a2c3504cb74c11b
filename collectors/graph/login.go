package graph

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// What Connect keeps for Complete, beside the app's own fields.
const (
	keptState  = "state"
	keptReturn = "return"
)

// Begin starts a sign-in. With a token in the form it is over at once: the token
// comes back, made long-lived where it can be. Without, the connection says where
// the browser must go; on the command line that is Invalid "connect.browser".
func (g *Graph) Begin(ctx context.Context, in collectors.Filled, scopes []string) (App, string, collectors.Connection, error) {
	app, err := AppFrom(in.Values)
	if err != nil {
		return app, "", collectors.Connection{}, err
	}
	if token := strings.TrimSpace(in.Values[FieldToken]); token != "" {
		token, err = g.lasting(ctx, app, token)
		return app, token, collectors.Connection{}, err
	}
	if in.Return == "" {
		return app, "", collectors.Connection{}, community.Faultf(community.Invalid, "connect.browser", "Meta")
	}
	q := url.Values{
		"client_id": {app.ID}, "redirect_uri": {in.Return}, "state": {in.State},
		"response_type": {"code"}, "scope": {strings.Join(scopes, ",")},
	}
	return app, "", collectors.Connection{
		Go: g.o.Dialog + "/" + DefaultVersion + "/dialog/oauth?" + q.Encode(),
		Keep: map[string]string{
			keptState: in.State, keptReturn: in.Return,
			FieldAppID: app.ID, FieldAppSecret: app.Secret,
			FieldVerifyToken: in.Values[FieldVerifyToken], FieldHumanAgent: in.Values[FieldHumanAgent],
		},
	}, nil
}

// lasting is a token that lives long. A person's own, as Meta's tools make it, is
// good for an hour or two, and the tokens of the pages behind it no longer.
func (g *Graph) lasting(ctx context.Context, app App, token string) (string, error) {
	t, err := g.Inspect(ctx, app, token)
	switch {
	case err != nil:
		return "", err
	case !t.Valid:
		return "", community.Faultf(community.Unauthorised, t.Fault)
	case t.Type != "USER":
		return token, nil
	}
	return g.exchange(ctx, app, Params{"grant_type": "fb_exchange_token", "fb_exchange_token": token})
}

// Finish is for Complete: it checks that the browser brought our state back and
// exchanges its code for a user's long-lived token (about 60 days; the tokens of
// the pages behind it do not expire). A person who said no is Forbidden
// "connect.declined", a state that is not ours Forbidden "connect.state".
func (g *Graph) Finish(ctx context.Context, kept map[string]string, query url.Values) (App, string, error) {
	app, err := AppFrom(kept)
	if err != nil {
		return app, "", err
	}
	if kept[keptState] == "" || subtle.ConstantTimeCompare([]byte(kept[keptState]), []byte(query.Get("state"))) != 1 {
		return app, "", community.Faultf(community.Forbidden, "connect.state")
	}
	if query.Get("code") == "" {
		return app, "", community.Faultf(community.Forbidden, "connect.declined")
	}
	short, err := g.exchange(ctx, app, Params{"redirect_uri": kept[keptReturn], "code": query.Get("code")})
	if err != nil {
		return app, "", err
	}
	long, err := g.exchange(ctx, app, Params{"grant_type": "fb_exchange_token", "fb_exchange_token": short})
	return app, long, err
}

// exchange asks for a token. It is a POST, so that neither secret nor code
// stands in an address.
func (g *Graph) exchange(ctx context.Context, app App, params Params) (string, error) {
	c, err := g.With(app, "")
	if err != nil {
		return "", err
	}
	params["client_id"], params["client_secret"] = app.ID, app.Secret
	var got struct {
		Token string `json:"access_token"`
	}
	err = c.Post(ctx, "oauth/access_token", params, &got)
	switch {
	case community.KindOf(err) == community.Refused && err != nil:
		return "", community.Faultf(community.Unauthorised, "connect.code").Because(err)
	case err != nil:
		return "", err
	case got.Token == "":
		return "", community.Faultf(community.Unavailable, "network.unreadable")
	}
	return got.Token, nil
}

// Place is a page that somebody manages, with the Instagram account that belongs
// to it, if one does.
type Place struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Username  string   `json:"username"`
	Token     string   `json:"access_token"`
	Tasks     []string `json:"tasks"` // what the person may do there: MODERATE, MESSAGING ...
	Instagram Person   `json:"instagram_business_account"`
}

const (
	placeFields = "id,name,username,access_token,tasks"
	placesAPage = 100
)

// Places lists every page behind a user's token, each with its own token. more
// names further fields (instagram_business_account{id,username,name}); a token
// that is a page's own gives that one page.
func (g *Graph) Places(ctx context.Context, app App, token, more string) ([]Place, error) {
	c, err := g.With(app, token)
	if err != nil {
		return nil, err
	}
	token2, err := g.Inspect(ctx, app, token)
	if err != nil {
		return nil, err
	}
	if !token2.Valid {
		return nil, community.Faultf(community.Unauthorised, token2.Fault)
	}
	fields := placeFields
	if more != "" {
		fields += "," + more
	}
	if token2.Type == "PAGE" {
		var one Place
		if err := c.Get(ctx, "me", Params{"fields": strings.Replace(fields, ",access_token,tasks", "", 1)}, &one); err != nil {
			return nil, err
		}
		one.Token = token
		return []Place{one}, nil
	}
	var places []Place
	params := Params{"fields": fields, "limit": placesAPage}
	err = c.Each(ctx, "me/accounts", params, func(raw json.RawMessage) (bool, error) {
		var p Place
		// A page without token is one the person did not grant.
		if json.Unmarshal(raw, &p) == nil && ValidID(p.ID) && p.Token != "" {
			places = append(places, p)
		}
		return true, nil
	})
	return places, err
}
