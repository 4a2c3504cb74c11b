package classifier

import (
	"maps"
	"strings"
	"testing"
)

func TestDecodeTable(t *testing.T) {
	for name, in := range map[string]string{
		"commas":     "text,category,reason,lang,note\n\"late, again\",delivery team, parcel ,en,x\nthanks,,,en,\n",
		"semicolons": "\ufeffTEXT;Category;reason;lang;note\r\nlate, again;delivery team; parcel ;en;x\r\n;;;;\r\nthanks;;;en;\r\n",
		"tabs":       "lang\tcategory\ttext\treason\nen\tdelivery team\tlate, again\t parcel \nen\t\tthanks\n",
	} {
		rows, err := decodeTable(strings.NewReader(in), "", newTaxonomy(ownHeads()...).check)
		if err != nil || len(rows) != 2 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
			continue
		}
		want := map[string]string{HeadCategory: "delivery team", HeadReason: "parcel", HeadLanguage: "en"}
		if !maps.Equal(rows[0].Labels, want) || rows[0].Message.Text != "late, again" || !rows[0].Ship {
			t.Errorf("%s: first row %+v", name, rows[0])
		}
		if len(rows[1].Labels) != 1 {
			t.Errorf("%s: labels nobody gave: %v", name, rows[1].Labels)
		}
	}
	rows, err := decodeTable(strings.NewReader("text,label\nwin,spam\nhello,ham\n"), HeadSpam, guideLabels())
	if err != nil || len(rows) != 2 || rows[0].Labels[HeadSpam] != "yes" || rows[1].Labels[HeadSpam] != "no" {
		t.Errorf("a set for one head: %+v, %v", rows, err)
	}
}

func TestDecodeTableNamesTheLine(t *testing.T) {
	long := strings.Repeat("é", longestLabel+1)
	for name, tc := range map[string]struct{ in, want string }{
		"empty":          {"", "line 1: the table is empty"},
		"no text":        {"message,category\na,b\n", "line 1: there is no column text; the columns are message, category"},
		"no labels":      {"text,date\na,b\n", "line 1: there is no column with labels"},
		"twice":          {"text,reason,Reason\na,b,c\n", `line 1: the column "reason" comes twice`},
		"long label":     {"text,category\na,b\n\"two\nlines\",b\nc," + long + "\n", "line 5: the category"},
		"two lines":      {"text,category\na,\"b\nc\"\n", "is not one line"},
		"guide's labels": {"text,urgency\na,soon\n", `line 2: urgency has no label "soon"`},
		"too wide":       {"text,category\na,b\na,b,c\n", "line 3: 3 fields, the first line names 2"},
		"blank text":     {"text,category\na,b\n ,c\n", "line 3: no text"},
		"open quote":     {"text,category\na,b\n\"c,d\n", "line 3: "},
		"other encoding": {"text,category\nd\xe9\xe7u,b\n", "line 2: the column text is not UTF-8"},
	} {
		_, err := decodeTable(strings.NewReader(tc.in), "", newTaxonomy(ownHeads()...).check)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
	}
	if _, err := decodeTable(strings.NewReader("text,category\na,b\n"), HeadReason, guideLabels()); err == nil || !strings.Contains(err.Error(), "no column label or reason") {
		t.Errorf("no column for the head: %v", err)
	}
}

func FuzzDecodeTable(f *testing.F) {
	f.Add("text,category\na,b\n", "")
	f.Add("\ufefftext;label\n\"a\";b\n", HeadReason)
	f.Add("text\turgency\n\xff\tlow\n", "")
	f.Fuzz(func(t *testing.T, in, head string) {
		rows, err := decodeTable(strings.NewReader(in), head, guideLabels())
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
