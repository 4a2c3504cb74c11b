package text

// foldingRows lists, for each base, the lower-case letters that fold to it: the
// canonical decompositions of Latin, Greek and Cyrillic without their marks
// (the test holds them to Unicode's), and the letters Unicode takes for letters
// of their own but readers type without their stroke or tie. Letters that look
// like another in this list are written by number.
var foldingRows = [...]struct{ base, letters string }{
	{"a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"},
	{"ae", "æǣǽ"},
	{"b", "ƀƃɓḃḅḇ"},
	{"c", "çćĉċčḉ"},
	{"d", "ðďđḋḍḏḑḓ"},
	{"e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"},
	{"f", "ḟ"},
	{"g", "ĝğġģǧǵḡ"},
	{"h", "ĥħȟḣḥḧḩḫẖ"},
	{"i", "ìíîïĩīĭįıǐȉȋḭḯỉị"},
	{"ij", "ĳ"},
	{"j", "ĵǰ"},
	{"k", "ķĸǩḱḳḵ"},
	{"l", "ĺļľŀłḷḹḻḽ"},
	{"m", "ḿṁṃ"},
	{"n", "ñńņňŋǹṅṇṉṋŉ"},
	{"o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"},
	{"oe", "œ"},
	{"p", "ṕṗ"},
	{"r", "ŕŗřȑȓṙṛṝṟ"},
	{"s", "śŝşšſșṡṣṥṧṩẛ"},
	{"ss", "ß"},
	{"t", "ţťŧțṫṭṯṱẗ"},
	{"th", "þ"},
	{"u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"},
	{"v", "ṽṿ"},
	{"w", "ŵẁẃẅẇẉẘ"},
	{"x", "ẋẍ"},
	{"y", "ýÿŷȳẏẙỳỵỷỹ"},
	{"z", "źżžẑẓẕ"},
	{"ʒ", "ǯ"},
	{"ʹ", "\u0374"},
	{"α", "άἀἁἂἃἄἅἆἇὰ\u1f71ᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ"},
	{"ε", "έἐἑἒἓἔἕὲ\u1f73"},
	{"η", "ήἠἡἢἣἤἥἦἧὴ\u1f75ᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ"},
	{"ι", "ΐίϊἰἱἲἳἴἵἶἷὶ\u1f77ιῐῑῒ\u1fd3ῖῗ\u1fbe"},
	{"ο", "όὀὁὂὃὄὅὸ\u1f79"},
	{"ρ", "ῤῥ"},
	{"σ", "ς"},
	{"υ", "ΰϋύὐὑὒὓὔὕὖὗὺ\u1f7bῠῡῢ\u1fe3ῦῧ"},
	{"ϒ", "ϓϔ"},
	{"ω", "ώὠὡὢὣὤὥὦὧὼ\u1f7dᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ"},
	{"а", "ӑӓ"},
	{"г", "ѓ"},
	{"е", "ѐёӗ"},
	{"ж", "ӂӝ"},
	{"з", "ӟ"},
	{"и", "йѝӣӥ"},
	{"к", "ќ"},
	{"о", "ӧ"},
	{"у", "ўӯӱӳ"},
	{"ч", "ӵ"},
	{"ы", "ӹ"},
	{"э", "ӭ"},
	{"і", "ї"},
	{"ә", "ӛ"},
	{"ө", "ӫ"},
	{"ѵ", "ѷ"},
}

// The two blocks that hold every letter of foldingRows.
const (
	lowFrom, lowTo   = 0xC0, 0x530
	highFrom, highTo = 0x1E00, 0x2000
)

// folding is foldingRows by letter: the row's place plus one, or zero.
type folding struct {
	low  [lowTo - lowFrom]uint8
	high [highTo - highFrom]uint8
}

var foldings = layOut()

func layOut() *folding {
	f := new(folding)
	for i := range foldingRows {
		for _, r := range foldingRows[i].letters {
			if r >= highFrom {
				f.high[r-highFrom] = uint8(i + 1)
			} else {
				f.low[r-lowFrom] = uint8(i + 1)
			}
		}
	}
	return f
}

// of gives the base of a lower-case letter, or nothing.
func (f *folding) of(r rune) string {
	var row uint8
	switch {
	case r >= lowFrom && r < lowTo:
		row = f.low[r-lowFrom]
	case r >= highFrom && r < highTo:
		row = f.high[r-highFrom]
	}
	if row == 0 {
		return ""
	}
	return foldingRows[row-1].base
}
