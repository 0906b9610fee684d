package stat_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"sentral/internal/stat"
)

// nasty draws values that break careless arithmetic.
func nasty(t *rapid.T, name string, n int) []float64 {
	pool := []float64{0, 1, 1, 2, 3, 5, -1, .5, 1e-3, 1e6, 1e-300, 5e-324, 1e200, math.MaxFloat64, -math.MaxFloat64, math.NaN(), math.Inf(1), math.Inf(-1)}
	tame := rapid.IntRange(0, 3).Draw(t, name+" tame") > 0
	out := make([]float64, n)
	for i := range out {
		last := len(pool) - 1
		if tame {
			last = 8
		}
		out[i] = pool[rapid.IntRange(0, last).Draw(t, name)]
	}
	return out
}

// sound fails when a result that came without an error holds a NaN or an infinity anywhere.
func sound(t *rapid.T, what string, v any, err error) {
	if err != nil {
		return
	}
	if bad := unsound(reflect.ValueOf(v)); bad != "" {
		t.Fatalf("%s answers %s in %+v", what, bad, v)
	}
}

func unsound(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Sprint(f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if bad := unsound(v.Field(i)); bad != "" {
				return bad
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if bad := unsound(v.Index(i)); bad != "" {
				return bad
			}
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return unsound(v.Elem())
		}
	}
	return ""
}

// Whatever comes in, nothing panics and no NaN goes out beside a nil error.
func TestNothingUnsoundComesOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 9).Draw(t, "n")
		a, b, c := nasty(t, "a", n), nasty(t, "b", n), nasty(t, "c", 4)
		flags, labels, texts := make([]bool, n), make([]int, n), make([]string, n)
		for i := range flags {
			flags[i] = rapid.Bool().Draw(t, "flag")
			labels[i] = rapid.IntRange(0, 2).Draw(t, "label")
			texts[i] = string(rune('a' + labels[i]))
		}
		{
			v, err := stat.Quantiles(a, .1, .5, .95)
			sound(t, "Quantiles", v, err)
		}
		{
			v, err := stat.Wilson(c[0], c[1], .95)
			sound(t, "Wilson", v, err)
			d, w, err := stat.Newcombe(c[0], c[1], c[2], c[3], .95)
			sound(t, "Newcombe", []any{d, w}, err)
			m, err := stat.MeanT(a, .95)
			sound(t, "MeanT", m, err)
			k, err := stat.NeededN(c[0], c[1], .95)
			sound(t, "NeededN", k, err)
		}
		{
			design := stat.Design{Weight: b, Cluster: labels}
			v, err := design.Mean(a, .95)
			sound(t, "Design.Mean", v, err)
			v, err = design.Total(a, .95)
			sound(t, "Design.Total", v, err)
			v, err = stat.Design{Stratum: labels, Population: b}.Ratio(a, b, .95)
			sound(t, "Design.Ratio", v, err)
			deff, effective, err := stat.DesignEffect(b)
			sound(t, "DesignEffect", []float64{deff, effective}, err)
		}
		{
			margin := stat.Margin{Name: "m", Category: texts, Target: map[string]float64{"a": c[0], "b": c[1], "c": c[2]}}
			v, err := stat.Rake(b, []stat.Margin{margin}, stat.RakeOptions{Trim: c[3], Rounds: 50})
			sound(t, "Rake", v, err)
			if err == nil {
				m, err := v.Mean(a, stat.Design{}, .95)
				sound(t, "Raked.Mean", m, err)
			}
			table, err := stat.FitTable([][]float64{c[:2], c[2:]}, c[1:3], c[:2])
			sound(t, "FitTable", table, err)
		}
		{
			v, err := stat.XmR(a, stat.ChartOptions{})
			sound(t, "XmR", v, err)
			v, err = stat.LaneyP(a, b, stat.ChartOptions{Baseline: 3})
			sound(t, "LaneyP", v, err)
			v, err = stat.LaneyU(a, b, stat.ChartOptions{})
			sound(t, "LaneyU", v, err)
			v, err = stat.LaneyMean(a, b, stat.ChartOptions{})
			sound(t, "LaneyMean", v, err)
			w, err := stat.Cusum(a, c[0], c[1], c[2])
			sound(t, "Cusum", w, err)
		}
		{
			v, err := stat.BenjaminiHochberg(a)
			sound(t, "BenjaminiHochberg", v, err)
			s, err := stat.Shrink(a, b)
			sound(t, "Shrink", s, err)
			if err == nil {
				ranks, err := s.Ranks(stat.Stream(1, "nasty"), 20, .9)
				sound(t, "Ranks", ranks, err)
			}
		}
		{
			rows := make([][]float64, n)
			for i := range rows {
				rows[i] = []float64{1, b[i]}
			}
			v, err := stat.QuantileRegression(rows, a, .7, nil)
			sound(t, "QuantileRegression", v, err)
			k, err := stat.KaplanMeier(a, flags)
			sound(t, "KaplanMeier", k, err)
			if err == nil {
				sound(t, "Smooth", []float64{k.Smooth(1), k.Smooth(1e9), k.Inverse(.5), k.Inverse(1e-9)}, nil)
				ci, err := k.Interval(2, .95)
				sound(t, "Interval", ci, err)
				mean, se, err := k.RestrictedMean(10)
				sound(t, "RestrictedMean", []float64{mean, se}, err)
			}
			m, err := stat.FitLognormal(a, 1+n/8)
			sound(t, "FitLognormal", m, err)
		}
		{
			v, err := stat.WAPE(a, b)
			sound(t, "WAPE", v, err)
			v, err = stat.RMSE(a, b)
			sound(t, "RMSE", v, err)
			v, err = stat.Pinball(a, [][]float64{b}, []float64{.3})
			sound(t, "Pinball", v, err)
			s, err := stat.Brier(a, flags, 10, .95)
			sound(t, "Brier", s, err)
			boot, err := stat.Bootstrap(stat.Stream(1, "nasty"), n, meanOf(a), stat.BootstrapOptions{Draws: 20, Method: stat.BCa})
			sound(t, "Bootstrap", boot, err)
		}
	})
}
