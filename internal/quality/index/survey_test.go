package index

import (
	"math"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

func repeated(pairs ...float64) []float64 {
	var out []float64
	for i := 0; i < len(pairs); i += 2 {
		for range int(pairs[i+1]) {
			out = append(out, pairs[i])
		}
	}
	return out
}

func TestPerceivedService(t *testing.T) {
	oks, err := PerceivedService(repeated(6, 20, 5, 10, 4, 5, 2, 3, 1, 2), OKSScale, SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "OKS", oks.Mean.Value, (20*100+10*80+5*60+3*20)/40.0, 1e-12)
	near(t, "top2", *oks.Top2.Share, 0.75, 1e-12)
	near(t, "bottom2", *oks.Bottom2.Share, 0.125, 1e-12)
	if oks.Mean.Method != "t" || oks.N != 40 {
		t.Errorf("%+v", oks)
	}
	wilson, _ := stat.Wilson(30, 40, 0.95)
	if *oks.Top2.CI != wilson {
		t.Errorf("top2 interval %v, want Wilson's %v", *oks.Top2.CI, wilson)
	}
}

// TestFewAnswersStayOnTheScale holds that few and lopsided answers get an interval inside the scale, and too few none but a reason.
func TestFewAnswersStayOnTheScale(t *testing.T) {
	oks, err := PerceivedService(repeated(6, 8, 1, 1), OKSScale, SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if ci := oks.Mean.CI; ci == nil || ci.High > 100 || ci.Low < 0 || ci.Low >= oks.Mean.Value || oks.Mean.Method != "bca" {
		t.Errorf("few answers: %+v", oks.Mean)
	}
	for _, answers := range [][]float64{{6}, {6, 6, 6}, repeated(6, 50)} {
		oks, err := PerceivedService(answers, OKSScale, SurveyOptions{})
		if err != nil || oks.Mean.CI != nil || oks.Mean.Reason == "" || oks.Top2.CI == nil {
			t.Errorf("%d answers alike: %+v, %v", len(answers), oks.Mean, err)
		}
	}
}

func TestWeightsAndClustersWiden(t *testing.T) {
	var answers, weights []float64
	var customer []int
	r := stat.Stream(5, "clustered answers")
	for c := range 20 {
		mood := float64(1 + r.IntN(6))
		for range 5 {
			answers = append(answers, mood)
			weights = append(weights, 1+float64(c%2)*3)
			customer = append(customer, c)
		}
	}
	plain, err := PerceivedService(answers, OKSScale, SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	clustered, err := PerceivedService(answers, OKSScale, SurveyOptions{Cluster: customer})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "five alike answers a customer", clustered.Mean.SE/plain.Mean.SE, math.Sqrt(5*99.0/95), 1e-9)
	if clustered.Top2.CI.High-clustered.Top2.CI.Low < 1.8*(plain.Top2.CI.High-plain.Top2.CI.Low) {
		t.Errorf("top2: clustered %v, plain %v", *clustered.Top2.CI, *plain.Top2.CI)
	}
	weighted, err := PerceivedService(answers, OKSScale, SurveyOptions{Weights: weights})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "effective n of weights 1 and 4", weighted.EffN, 100*2.5*2.5/8.5, 1e-9)
	near(t, "weighted OKS", weighted.Mean.Value, weightedMean(answers, weights, nil)*20-20, 1e-9)
}

// TestPerPersonIsNotPerContact holds that a customer who calls five times counts once in the figure per person.
func TestPerPersonIsNotPerContact(t *testing.T) {
	answers := append(repeated(1, 5), repeated(6, 5)...)
	weights, err := PersonWeights([]int{5, 5, 5, 5, 5, 1, 1, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	contacts, err := PerceivedService(answers, OKSScale, SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	persons, err := PerceivedService(answers, OKSScale, SurveyOptions{Weights: weights})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "per contact", contacts.Mean.Value, 50, 1e-9)
	near(t, "per person", persons.Mean.Value, 500.0/6, 1e-9)
	if _, err := PersonWeights([]int{1, 0}); err == nil {
		t.Error("a person without an eligible contact answered")
	}
}

func TestADayIsProvisionalUntilItsWindowCloses(t *testing.T) {
	week := centre.Instant(7 * 24 * time.Hour / time.Millisecond)
	if !Provisional(1000, 999+week, 0) || Provisional(1000, 1000+week, 0) || Provisional(1000, 1000+week/2, time.Hour) {
		t.Error("the window of 7 days, or of an hour, closes at another time")
	}
}

func TestCSATAndEffort(t *testing.T) {
	csat, err := Satisfied(repeated(5, 50, 4, 20, 3, 10, 2, 10, 1, 10), Scale{1, 5}, 4, SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "CSAT", *csat.Share, 0.7, 1e-12)
	mean, err := MeanScore([]float64{1, 3, 5}, Scale{1, 5}, SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean of s", mean.Value, 50, 1e-12)
	ces, err := Effort(repeated(7, 30, 5, 20, 4, 30, 1, 20), SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "CES", ces.Mean.Value, 4.5, 1e-12)
	near(t, "CES as s", ces.S, 3.5/6*100, 1e-12)
	near(t, "easy", *ces.Easy.Share, 0.5, 1e-12)
}

func TestNetPromoter(t *testing.T) {
	nps, err := NetPromoter(repeated(10, 60, 9, 40, 8, 30, 7, 30, 6, 20, 0, 20), SurveyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "NPS", nps.Value, 30, 1e-12)
	near(t, "its se", nps.SE, 5.5227, 5e-5)
	near(t, "its half interval", nps.CI.High-30, 10.82, 5e-3)
	other, err := NetPromoterOf(50, 100, 50, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	d, ci := NPSDifference(nps, other, 0.95)
	near(t, "difference", d, 30, 1e-12)
	near(t, "its half interval", ci.High-d, 1.959964*math.Hypot(nps.SE, other.SE), 1e-5)
	few, err := NetPromoterOf(10, 0, 0, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	if few.Method != "adjusted" || few.Value != 100 || few.CI.High != 100 {
		t.Errorf("ten promoters: %+v", few)
	}
	near(t, "its low limit", few.CI.Low, 100*(10.0/13-1.959964*math.Sqrt((11.5/13-100.0/169)/13)), 1e-3)
}

func TestResponseRates(t *testing.T) {
	r, err := Response{Complete: 30, Partial: 10, Refused: 5, Silent: 45, Other: 10, Unknown: 100}.Rates(0.95)
	if err != nil {
		t.Fatal(err)
	}
	for want, f := range map[float64]ShareFigure{0.15: r.RR1, 0.2: r.RR2, 0.3: r.RR5, 0.4: r.RR6} {
		near(t, f.Measure, *f.Share, want, 1e-12)
	}
	if none, err := (Response{}).Rates(0.95); err != nil || none.RR1.Share != nil || none.RR1.Reason == "" {
		t.Errorf("nobody invited: %+v, %v", none, err)
	}
}

func TestSurveyMeasuresRefuse(t *testing.T) {
	_, e1 := PerceivedService(nil, OKSScale, SurveyOptions{})
	_, e2 := PerceivedService([]float64{3, 7}, OKSScale, SurveyOptions{})
	_, e3 := PerceivedService([]float64{3, math.NaN()}, OKSScale, SurveyOptions{})
	_, e4 := PerceivedService([]float64{3, 4}, OKSScale, SurveyOptions{Weights: []float64{1, -1}})
	_, e5 := Satisfied([]float64{3}, Scale{1, 5}, 1, SurveyOptions{})
	_, e6 := Effort([]float64{0}, SurveyOptions{})
	_, e7 := NetPromoter([]float64{11}, SurveyOptions{})
	_, e8 := NetPromoterOf(0, 0, 0, 0.95)
	_, e9 := PerceivedService([]float64{3, 4}, OKSScale, SurveyOptions{Level: 95})
	_, e10 := PerceivedService([]float64{3}, Scale{6, 1}, SurveyOptions{})
	for i, c := range []struct {
		err  error
		want string
	}{
		{e1, "OKS: nobody answered"}, {e2, "answer 2 is 7: want 1 to 6"}, {e3, "answer 2 is NaN"}, {e4, "weight 2 is -1"},
		{e5, "the top answers begin at 1"}, {e6, "CES: answer 1 is 0"}, {e7, "NPS: answer 1 is 11"}, {e8, "at least one answer"},
		{e9, "confidence level 95"}, {e10, "scale 6 to 1"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%d: %v, want %q", i+1, c.err, c.want)
		}
	}
}
