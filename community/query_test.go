package community

import (
	"errors"
	"net/url"
	"reflect"
	"testing"
)

func TestQueryRoundTrip(t *testing.T) {
	v, err := url.ParseQuery("status=open,waiting,open&category=support&urgency=critical&urgency=high&sla=late&assignee=me&q=+colis+&sort=newest&channel=b.support&tag=legal,fraud&triage=true")
	if err != nil {
		t.Fatal(err)
	}
	q, err := ParseQuery(v)
	if err != nil {
		t.Fatal(err)
	}
	if len(q.Status) != 2 || len(q.Urgency) != 2 || len(q.Tag) != 2 || q.Q != "colis" || q.Limit != DefaultLimit || !q.Triage {
		t.Errorf("read %+v", q)
	}
	again, err := ParseQuery(q.Values())
	if err != nil || !reflect.DeepEqual(again, q) {
		t.Errorf("%+v became %+v (%v)", q, again, err)
	}
}

func TestQueryRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, raw := range []string{"status=opened", "category=sav", "urgency=1", "sort=random", "sla=x", "limit=-1", "limit=ten", "reason=%00"} {
		v, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ParseQuery(v)
		var f *Fault
		if !errors.As(err, &f) || f.Kind != Invalid || f.Key != "query.value" {
			t.Errorf("%s: %v", raw, err)
		}
	}
}
