package graph

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// Subscribe makes sure that a page's events of these fields are sent to the
// app's webhook, and subscribes to what is missing. It says whether that is so
// now. What is subscribed already is named again: a subscription replaces the one
// before, and Facebook and Instagram share the page's.
func (c *Client) Subscribe(ctx context.Context, page string, fields []string) (bool, error) {
	present, err := c.subscribed(ctx, page)
	if err != nil {
		return false, err
	}
	all := present
	for _, f := range fields {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	if len(all) == len(present) {
		return true, nil
	}
	var got struct {
		Success bool `json:"success"`
	}
	err = c.Post(ctx, Path(page, "subscribed_apps"), Params{"subscribed_fields": strings.Join(all, ",")}, &got)
	return got.Success, err
}

// subscribed are the fields that the app is subscribed to now.
func (c *Client) subscribed(ctx context.Context, page string) (fields []string, err error) {
	err = c.Each(ctx, Path(page, "subscribed_apps"), Params{"fields": "id,subscribed_fields"}, func(raw json.RawMessage) (bool, error) {
		var app struct {
			ID     string   `json:"id"`
			Fields []string `json:"subscribed_fields"`
		}
		if json.Unmarshal(raw, &app) != nil || app.ID != c.AppID() {
			return true, nil
		}
		fields = app.Fields
		return false, nil
	})
	return fields, err
}
