package mastodon

import "testing"

var frames = []struct {
	frame           string
	status, deleted string
	edited, bad     bool
}{
	{`{"stream":["user"],"event":"update","payload":"{\"id\":\"12\",\"content\":\"x\"}"}`, "12", "", false, false},
	{`{"event":"update","payload":{"id":"12"}}`, "12", "", false, false},
	{`{"event":"status.update","payload":"{\"id\":\"01HX\",\"edited_at\":\"2026-11-02T09:15:00.000Z\"}"}`, "01HX", "", true, false},
	{`{"event":"notification","payload":"{\"id\":\"1\",\"type\":\"mention\",\"status\":{\"id\":\"12\"}}"}`, "12", "", false, false},
	{`{"event":"notification","payload":"{\"id\":\"1\",\"type\":\"update\",\"status\":{\"id\":\"12\"}}"}`, "12", "", true, false},
	{`{"event":"notification","payload":"{\"id\":\"1\",\"type\":\"favourite\",\"status\":{\"id\":\"12\"}}"}`, "", "", false, false},
	{`{"event":"notification","payload":"{\"id\":\"1\",\"type\":\"mention\",\"status\":null}"}`, "", "", false, true},
	{`{"event":"conversation","payload":"{\"id\":\"1\",\"last_status\":{\"id\":\"12\"}}"}`, "12", "", false, false},
	{`{"event":"conversation","payload":"{\"id\":\"1\",\"last_status\":null}"}`, "", "", false, false},
	{`{"event":"delete","payload":"110000000000000001"}`, "", "110000000000000001", false, false},
	{`{"event":"delete","payload":" 12 "}`, "", "12", false, false},
	{`{"event":"delete","payload":12}`, "", "12", false, false},
	{`{"event":"delete","payload":"../../accounts"}`, "", "", false, true},
	{`{"event":"delete","payload":{}}`, "", "", false, true},
	{`{"event":"update","payload":12}`, "", "", false, true},
	{`{"event":"update","payload":null}`, "", "", false, true},
	{`{"event":"update"}`, "", "", false, true},
	{`{"event":"update","payload":"{\"id\":\"a/b\"}"}`, "", "", false, true},
	{`{"event":"filters_changed"}`, "", "", false, false},
	{`{"event":"announcement","payload":"{}"}`, "", "", false, false},
	{`{}`, "", "", false, false},
	{`[]`, "", "", false, true},
	{`not json`, "", "", false, true},
}

func TestDecodeEvent(t *testing.T) {
	for _, c := range frames {
		e, err := decodeEvent([]byte(c.frame))
		status := ""
		if e.status != nil {
			status = string(e.status.ID)
		}
		if (err != nil) != c.bad || status != c.status || string(e.deleted) != c.deleted || e.edited != c.edited {
			t.Errorf("%s: status %q deleted %q edited %v (%v)", c.frame, status, e.deleted, e.edited, err)
		}
	}
}

func FuzzDecodeEvent(f *testing.F) {
	for _, c := range frames {
		f.Add([]byte(c.frame))
	}
	s := &session{scope: "social.example"}
	f.Fuzz(func(t *testing.T, frame []byte) {
		e, err := decodeEvent(frame)
		if err != nil {
			return
		}
		if e.deleted != "" && !validID(string(e.deleted)) {
			t.Errorf("deletion of %q", e.deleted)
		}
		if e.status != nil {
			if m := s.messageOf(e.status, "t"); !validID(m.ID) {
				t.Errorf("message %q", m.ID)
			}
		}
	})
}
