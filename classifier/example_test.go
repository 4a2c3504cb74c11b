package classifier

import (
	"strings"
	"testing"
)

func TestDecodeExamples(t *testing.T) {
	rows, err := DecodeExamples(strings.NewReader(`
{"id":"1","text":"où est mon colis","lang":"fr","category":"support","urgency":"normal","sentiment":"neutral","reason":"delivery","complaint":"no","split":"dev","source":"s","ship":true,"kind":"dm","private":true}

{"id":"2","text":"","extra":[1]}`), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	e := rows[0]
	if e.Labels[HeadReason] != "delivery" || e.Labels[HeadLanguage] != "fr" || e.Split != "dev" || !e.Ship || !e.Message.Private {
		t.Errorf("row %+v", e)
	}
	if len(rows[1].Labels) != 0 {
		t.Errorf("labels nobody gave: %v", rows[1].Labels)
	}
}

func TestDecodeExamplesNamesTheLine(t *testing.T) {
	for name, in := range map[string]string{
		"no object":     "{\"text\":\"a\"}\n[1]\n",
		"broken":        "{\"text\":\"a\"}\n{\"text\":\n",
		"no text":       "{\"text\":\"a\"}\n{\"id\":\"1\"}\n",
		"unknown label": "{\"text\":\"a\"}\n{\"text\":\"b\",\"category\":\"sav\"}\n",
	} {
		if _, err := DecodeExamples(strings.NewReader(in), ""); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestDecodePublishedSets(t *testing.T) {
	for _, tc := range []struct{ head, line, want string }{
		{HeadSpam, `{"text":"win","label":"spam"}`, "yes"},
		{HeadSpam, `{"text":"hi","label":"ham"}`, "no"},
		{HelperGrief, `{"text":"hi","severity":"0","sentiment":"other"}`, "no"},
		{HelperGrief, `{"text":"late","severity":"3"}`, "yes"},
		{HelperTone, `{"text":"nul","label":"negative","lang":"fr"}`, "negative"},
		{HeadLanguage, `{"text":"guten tag","label":"de"}`, "de"},
		{HeadLanguage, `{"text":"god dag","label":"sv"}`, ""},
	} {
		rows, err := DecodeExamples(strings.NewReader(tc.line), tc.head)
		if err != nil || len(rows) != 1 || rows[0].Labels[tc.head] != tc.want {
			t.Errorf("%s %s: %v %v", tc.head, tc.line, rows, err)
		}
	}
}

func FuzzDecodeExamples(f *testing.F) {
	f.Add(`{"id":"1","text":"a","category":"support"}`, "")
	f.Add(`{"text":"a","label":"spam"}`, HeadSpam)
	f.Add("{\"text\":\"\\ud800\"}\n\n{}", HelperTone)
	f.Fuzz(func(t *testing.T, in, head string) {
		rows, err := DecodeExamples(strings.NewReader(in), head)
		if err != nil {
			return
		}
		for _, e := range rows {
			if err := checkLabels(DefaultHeads(), e.Labels); err != nil {
				t.Error(err)
			}
		}
	})
}
