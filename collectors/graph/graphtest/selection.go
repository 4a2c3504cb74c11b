package graphtest

import "strings"

// selection is one field of ?fields=: a name, arguments, and fields of its own:
// comments.limit(5).order(chronological){id,message}.
type selection struct {
	name string
	args map[string]string
	sub  []selection
}

// parseFields reads ?fields=. It is not ok for what Graph calls a syntax error.
func parseFields(text string) ([]selection, bool) {
	p := parser{text: text}
	all, ok := p.list()
	return all, ok && p.at == len(p.text)
}

type parser struct {
	text string
	at   int
}

func (p *parser) word() string {
	from := p.at
	for p.at < len(p.text) && !strings.ContainsRune(",.(){}", rune(p.text[p.at])) {
		p.at++
	}
	return p.text[from:p.at]
}

func (p *parser) take(b byte) bool {
	if p.at < len(p.text) && p.text[p.at] == b {
		p.at++
		return true
	}
	return false
}

func (p *parser) list() ([]selection, bool) {
	var all []selection
	for {
		one := selection{name: p.word(), args: map[string]string{}}
		if one.name == "" {
			return nil, false
		}
		for p.take('.') {
			name := p.word()
			if !p.take('(') {
				return nil, false
			}
			one.args[name] = p.word()
			if !p.take(')') {
				return nil, false
			}
		}
		if p.take('{') {
			sub, ok := p.list()
			if !ok || !p.take('}') {
				return nil, false
			}
			one.sub = sub
		}
		all = append(all, one)
		if !p.take(',') {
			return all, true
		}
	}
}

// render writes a thing with the fields selected.
func (s *Server) render(c *call, o *object, fields []selection) (map[string]any, *failure) {
	k := s.kinds[o.kind]
	if len(fields) == 0 {
		fields, _ = parseFields(k.plain)
	}
	out := map[string]any{"id": o.id}
	if k.fields != nil {
		if _, has := k.fields["id"]; !has {
			delete(out, "id") // a recommendation has none
		}
	}
	for _, f := range fields {
		if f.name == "id" && out["id"] != nil {
			continue
		}
		value, fault := s.value(c, o, k, f)
		if fault != nil {
			return nil, fault
		}
		if value != nil {
			out[f.name] = value
		}
	}
	return out, nil
}

func (s *Server) value(c *call, o *object, k kind, f selection) (any, *failure) {
	if get, ok := k.fields[f.name]; ok {
		value := o.fields[f.name]
		if get != nil {
			value = get(s, c, o)
		}
		return s.nested(c, value, f)
	}
	if by, ok := k.finds[f.name]; ok {
		found := s.objects[f.args[by.by]]
		if found == nil || found.gone || found.kind != by.of || !s.visible(c, found) {
			return nil, gone(f.args[by.by])
		}
		return s.nested(c, found, f)
	}
	e, ok := k.edges[f.name]
	if !ok || e.list == nil {
		return nil, s.nonexisting(f.name, o.kind)
	}
	for name := range f.args {
		if !contains(e.params, name) && !contains(pageParams, name) {
			return nil, s.nonexisting(f.name+"."+name, o.kind)
		}
	}
	return s.page(c, o, f.name, e, f.args, f.sub)
}

// nested writes a value that is a thing or a list of things.
func (s *Server) nested(c *call, value any, f selection) (any, *failure) {
	switch v := value.(type) {
	case *object:
		if v == nil {
			return nil, nil
		}
		return s.render(c, v, f.sub)
	case []*object:
		data := make([]any, 0, len(v))
		for _, one := range v {
			rendered, fault := s.render(c, one, f.sub)
			if fault != nil {
				return nil, fault
			}
			data = append(data, rendered)
		}
		return map[string]any{"data": data}, nil
	}
	return value, nil
}
