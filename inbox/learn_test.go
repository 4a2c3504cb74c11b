package inbox

import (
	"context"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func (t *tx) Corrections(_ context.Context, message string) ([]community.Correction, error) {
	return slices.DeleteFunc(slices.Clone(t.w.corrections), func(c community.Correction) bool { return c.Message != message }), nil
}

func (t *tx) PutDraw(_ context.Context, d community.Draw) error {
	t.w.drawn[d.Message] = desk.Drawn{Draw: d, Now: d.Channel}
	return nil
}

func (t *tx) PutAnswers(_ context.Context, message string, a community.Answers) error {
	if d, ok := t.w.drawn[message]; ok && d.Judgement == nil {
		d.Answers = a
		t.w.drawn[message] = d
	}
	return nil
}

func (t *tx) Unjudged(_ context.Context, brand string, _ community.Day) ([]desk.Drawn, error) {
	var out []desk.Drawn
	for _, d := range t.w.drawn {
		if d.Brand == brand && d.Judgement == nil {
			out = append(out, d)
		}
	}
	return out, nil
}

func (t *tx) Drawn(_ context.Context, message string) (*desk.Drawn, error) {
	return one(t.w.drawn, message)
}

func (t *tx) PutJudgement(_ context.Context, j community.Judgement) error {
	d := t.w.drawn[j.Message]
	d.Judgement = &j
	t.w.drawn[j.Message] = d
	return nil
}

func (w *world) Quality(_ context.Context, v community.Viewer, brand string, from, to time.Time) (community.Quality, error) {
	if !v.May(community.ActionReport, brand, "") {
		return community.Quality{}, community.Faultf(community.Forbidden, "viewer.report")
	}
	q := community.QualityOf(nil, nil)
	q.Brand, q.From, q.To = brand, from, to
	return q, nil
}

func (w *world) Shadow(_ context.Context, v community.Viewer, brand string, from, to time.Time) (community.ShadowReport, error) {
	if !v.May(community.ActionReport, brand, "") {
		return community.ShadowReport{}, community.Faultf(community.Forbidden, "viewer.report")
	}
	return community.ShadowReport{Brand: brand, From: from, To: to, Heads: []community.HeadDiff{}, Samples: []community.ShadowSample{}}, nil
}

// mayModel wants the right in every brand, as the real models do.
func (w *world) mayModel(v community.Viewer) error {
	for id := range w.settings {
		if !v.May(community.ActionModel, id, "") {
			return community.Faultf(community.Forbidden, "viewer.model")
		}
	}
	return nil
}

func (w *world) Models(_ context.Context, v community.Viewer) (community.Lineup, error) {
	return w.lineup, w.mayModel(v)
}

func (w *world) ShadowModel(_ context.Context, v community.Viewer, version string) (community.Lineup, error) {
	if err := w.mayModel(v); err != nil {
		return w.lineup, err
	}
	w.lineup.Shadow = version
	return w.lineup, nil
}

func (w *world) PromoteModel(_ context.Context, v community.Viewer, version string) (community.Lineup, error) {
	if err := w.mayModel(v); err != nil {
		return w.lineup, err
	}
	w.lineup.Previous, w.lineup.Running = w.lineup.Running, version
	return w.lineup, nil
}

func (w *world) RollBackModel(_ context.Context, v community.Viewer) (community.Lineup, error) {
	if err := w.mayModel(v); err != nil {
		return w.lineup, err
	}
	if w.lineup.Previous == "" {
		return w.lineup, community.Faultf(community.Conflict, "model.previous")
	}
	w.lineup.Running, w.lineup.Previous = w.lineup.Previous, w.lineup.Running
	return w.lineup, nil
}
