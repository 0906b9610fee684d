package config

import "reflect"

// Fill turns every list that is nil into an empty one, so that readers of JSON meet [] and never null.
// A document from before there were phones gets that section's defaults, and keeps phones off.
func (d *Document) Fill() {
	d.Phone.Defaults()
	fill(reflect.ValueOf(d).Elem())
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fill(v.Index(i))
		}
	}
}
