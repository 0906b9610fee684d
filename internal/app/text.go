package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"sentral/internal/channel/text"
	"sentral/internal/publicui"
	"sentral/internal/quality/survey"
	"sentral/internal/store"
	"sentral/internal/webhook"
)

// openTexts opens the text messages and the surveys that go by them. The demo's provider is on this machine.
func (a *App) openTexts(customers store.Customer) {
	a.Texts = text.New(text.Options{
		Centre: a.Centre, Rules: a.Rules, Access: a.Access, Texts: store.Text{DB: a.DB, Domain: domain}, Secrets: store.Phone{DB: a.DB, Domain: domain},
		Guard: webhook.NewGuard(a.Address, a.PrivateWebhooks || a.Demo), Now: a.Now, Log: a.Log,
	})
	a.Asks = survey.New(survey.Options{Centre: a.Centre, Rules: a.Rules, Texts: a.Texts, Surveys: a.Surveys(), Customers: customers, Address: a.Address, Now: a.Now})
}

// received is what the demo's mobile phone has; nil without one.
func (a *App) received() func() []publicui.Received {
	if a.Mobile == nil {
		return nil
	}
	return a.Mobile.Received
}

var textsDesc = desc("sentral_texts_total", "Text messages that have come to their last state, by state.", "state")

// textMeter reads the text messages' figures when they are asked for.
type textMeter struct{ app *App }

// Describe implements prometheus.Collector.
func (t *textMeter) Describe(ch chan<- *prometheus.Desc) { ch <- textsDesc }

// Collect implements prometheus.Collector.
func (t *textMeter) Collect(ch chan<- prometheus.Metric) {
	for state, n := range t.app.Texts.Figures() {
		ch <- prometheus.MustNewConstMetric(textsDesc, prometheus.CounterValue, float64(n), state)
	}
}
