package config

import (
	"encoding/json"
	"fmt"
	"reflect"

	"sentral/internal/centre"
)

// Revert takes back, in current, what changed from before to after. What has been changed again since is left alone and named in a Conflict error:
// then nothing is taken back.
func Revert(current, before, after *Document) (*Document, error) {
	now, was, then := tree(current).(map[string]any), tree(before).(map[string]any), tree(after).(map[string]any)
	for _, section := range union(was, then) {
		v, err := revert(section, now[section], was[section], then[section])
		if err != nil {
			return nil, err
		}
		now[section] = v
	}
	b, err := json.Marshal(now)
	if err != nil {
		return nil, centre.Errorf(centre.Internal, "revert: %w", err)
	}
	out := &Document{}
	if err := json.Unmarshal(b, out); err != nil {
		return nil, centre.Errorf(centre.Internal, "revert: %w", err)
	}
	return out, nil
}

func union(a, b map[string]any) []string {
	var names []string
	for n := range a {
		names = append(names, n)
	}
	for n := range b {
		if _, ok := a[n]; !ok {
			names = append(names, n)
		}
	}
	return names
}

// revert takes back one section: an entry at a time where entries have keys, a field at a time where it has fields, else as a whole.
func revert(section string, now, was, then any) (any, error) {
	if reflect.DeepEqual(was, then) {
		return now, nil
	}
	if nowMap, wasMap, thenMap, ok := objects(now, was, then); ok {
		for _, field := range union(wasMap, thenMap) {
			v, err := revert(section+"."+field, nowMap[field], wasMap[field], thenMap[field])
			if err != nil {
				return nil, err
			}
			nowMap[field] = v
		}
		return nowMap, nil
	}
	nowList, a := entries(now)
	wasList, b := entries(was)
	thenList, c := entries(then)
	if !a || !b || !c {
		if !reflect.DeepEqual(now, then) {
			return nil, centre.ErrorAt(centre.Conflict, section, "has been changed again since: take the later change back first")
		}
		return was, nil
	}
	for key := range merge(wasList, thenList) {
		old, ours := wasList[key], thenList[key]
		if reflect.DeepEqual(old, ours) {
			continue
		}
		if !reflect.DeepEqual(nowList[key], ours) {
			return nil, centre.ErrorAt(centre.Conflict, fmt.Sprintf("%s[%s]", section, key), "has been changed again since: take the later change back first")
		}
		now = replace(now, key, old)
	}
	return now, nil
}

// objects sees three values as objects; false when one of them is none.
func objects(now, was, then any) (a, b, c map[string]any, ok bool) {
	a, okA := now.(map[string]any)
	b, okB := was.(map[string]any)
	c, okC := then.(map[string]any)
	return a, b, c, okA && okB && okC
}

func merge(a, b map[string]any) map[string]bool {
	out := map[string]bool{}
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}

// entries finds the entries of a list by key; false when it is no list of entries.
func entries(v any) (map[string]any, bool) {
	list, ok := v.([]any)
	if !ok && v != nil {
		return nil, false
	}
	out := map[string]any{}
	for _, e := range list {
		m, _ := e.(map[string]any)
		key, ok := m["key"].(string)
		if !ok {
			return nil, false
		}
		out[key] = e
	}
	return out, true
}

// replace puts e in the place of the entry with the key, removes that when e is nil, and adds e at the end when there is none.
func replace(v any, key string, e any) any {
	list, _ := v.([]any)
	out := make([]any, 0, len(list)+1)
	found := false
	for _, x := range list {
		if m, _ := x.(map[string]any); m["key"] == key {
			found = true
			if e != nil {
				out = append(out, e)
			}
			continue
		}
		out = append(out, x)
	}
	if !found && e != nil {
		out = append(out, e)
	}
	return out
}
