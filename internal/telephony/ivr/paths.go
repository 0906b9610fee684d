package ivr

import (
	"fmt"
	"slices"
)

// ways lists every way out of step i that is the script's own; silence, 0 and failures, which lead to a person, are not among them.
func (s *Script) ways(at map[string]int, i int) []edge {
	st := &s.Steps[i]
	here := fmt.Sprintf("steps[%d].", i)
	next := func(to, where string) edge { return edge{to: s.next(at, i, to), where: here + where} }
	with := func(e edge, says string, state uint8) edge {
		e.says, e.state = says, state
		return e
	}
	named := func(to, where, says string, state uint8) edge {
		e := edge{to: -1, where: here + where, says: says, state: state}
		if j, ok := at[to]; ok {
			e.to = j
		}
		return e
	}
	switch st.Do {
	case Menu, Language:
		var out []edge
		for j, ch := range st.Choices {
			e := next(ch.To, fmt.Sprintf("choices[%d].to", j))
			e.key = ch.Press
			out = append(out, e)
		}
		if st.Do == Language {
			out = append(out, with(next(st.To, "to"), "way_silence", 0))
		}
		return out
	case Hours:
		out := []edge{with(next(st.To, "to"), "way_open", 0)}
		if st.Closed != "" {
			out = append(out, named(st.Closed, "closed", "way_closed", gotClosing))
		}
		return out
	case Callback:
		return []edge{with(next(st.To, "to"), "way_declined", 0)}
	case Link:
		return []edge{with(next(st.To, "to"), "way_sent", gotPromise)}
	case Queue:
		if st.After == "" {
			return nil
		}
		return []edge{named(st.After, "after", "way_talked", gotTalk)}
	case Outside:
		if st.Failed == "" {
			return nil
		}
		return []edge{named(st.Failed, "failed", "way_no_answer", 0)}
	case End:
		return nil
	}
	return []edge{next(st.To, "to")}
}

// mayStop tells whether a caller may be let go after a step that nothing follows.
func mayStop(do string) bool { return do == Link || do == Survey }

// paths checks the script as a whole: every step is reached, none is met twice on one path, and no path ends with empty hands.
func (c *checker) paths() {
	reached := make([]bool, len(c.s.Steps))
	onPath := make([]bool, len(c.s.Steps))
	done := map[[3]int]bool{} // step, what the caller has got, menus passed
	told := map[string]bool{}
	once := func(where, format string, args ...any) {
		if f := fmt.Sprintf(format, args...); !told[where+f] {
			told[where+f] = true
			c.fault(where, "%s", f)
		}
	}
	var walk func(i int, got uint8, menus int)
	walk = func(i int, got uint8, menus int) {
		s := &c.s.Steps[i]
		reached[i] = true
		if s.Do == Menu {
			menus++
		}
		if menus > MaxLevels {
			once(fmt.Sprintf("steps[%d].do", i), "is the %d. menu on one path: at most %d are allowed", menus, MaxLevels)
			return
		}
		if id := [3]int{i, int(got), menus}; done[id] {
			return
		} else {
			done[id] = true
		}
		onPath[i] = true
		defer func() { onPath[i] = false }()
		if got&gotTalk != 0 && !slices.Contains([]string{Say, Notice, Survey, Link, End}, s.Do) {
			once(fmt.Sprintf("steps[%d].do", i), "%s cannot follow a conversation: only say, survey, link and end can", s.Do)
			return
		}
		if s.Do == Survey && got&gotTalk == 0 {
			once(fmt.Sprintf("steps[%d].do", i), "a survey can only follow a conversation: name it in a queue step's after")
			return
		}
		if s.Do == End && got == 0 {
			once(fmt.Sprintf("steps[%d].do", i), "a caller is let go here who has met neither a person nor a promise")
			return
		}
		for _, e := range c.s.ways(c.at, i) {
			switch {
			case e.to < 0 && !mayStop(s.Do):
				once(e.where, "nothing follows: the path ends here without a person or a promise")
			case e.to < 0:
			case onPath[e.to]:
				once(e.where, "leads back to %q: a caller could go round for ever", c.s.Steps[e.to].Key)
			default:
				walk(e.to, got|e.state, menus)
			}
		}
	}
	walk(0, 0, 0)
	for i, ok := range reached {
		if !ok && len(c.faults) == 0 {
			c.warn(fmt.Sprintf("steps[%d].key", i), "no caller ever reaches %q", c.s.Steps[i].Key)
		}
	}
}
