package publicui

import (
	"net/http"
	"strconv"

	"sentral/internal/centre"
	"sentral/internal/quality/survey"
)

// surveyPage is what the survey's template sees.
type surveyPage struct {
	survey.Page
	Secret string
	Thanks bool // the answer has just been given
	Again  bool // an answer is being corrected
}

// Scale is the answers to the first question, from worst to best.
func (surveyPage) Scale() []int { return []int{1, 2, 3, 4, 5, 6} }

// Outcomes are the answers to the second.
func (surveyPage) Outcomes() []string { return []string{"yes", "no", "dont_know"} }

// survey shows the page of a link out of a text message. To look changes nothing: telephones look at links before people do.
func (p *pages) survey(w http.ResponseWriter, r *http.Request) {
	page, ok := p.surveyOf(w, r)
	if !ok {
		return
	}
	page.Thanks, page.Again = page.Given && r.URL.Query().Has("thanks"), page.Given && r.URL.Query().Has("again")
	p.showSurvey(w, r, http.StatusOK, "", page)
}

// surveyOf finds the page of a link, or says that there is none.
func (p *pages) surveyOf(w http.ResponseWriter, r *http.Request) (surveyPage, bool) {
	found, err := p.Asks.Look(r.Context(), r.PathValue("secret"), from(r).Address)
	switch centre.KindOf(err) {
	case centre.Missing:
		p.show(w, r, http.StatusNotFound, "survey-missing", nil)
	case centre.Exhausted:
		w.Header().Set("Retry-After", "10")
		p.show(w, r, http.StatusTooManyRequests, "survey-busy", nil)
	default:
		if err == nil {
			return surveyPage{Page: found, Secret: r.PathValue("secret")}, true
		}
		p.show(w, r, http.StatusServiceUnavailable, "survey-busy", nil)
	}
	return surveyPage{}, false
}

// showSurvey shows the page in the language that the call was in, unless another is asked for.
func (p *pages) showSurvey(w http.ResponseWriter, r *http.Request, status int, problem string, page surveyPage) {
	if !page.Open && !page.Thanks {
		status = http.StatusGone
	}
	p.render(w, inLanguage(r, page.Language), status, "survey", problem, page)
}

// doSurvey takes an answer.
func (p *pages) doSurvey(w http.ResponseWriter, r *http.Request) {
	if !form(w, r) {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	page, ok := p.surveyOf(w, r)
	if !ok {
		return
	}
	oks, _ := strconv.Atoi(r.PostFormValue("oks")) // none is 0, which is refused below
	given := survey.Answer{OKS: oks, Solved: r.PostFormValue("solved"), Comment: r.PostFormValue("comment")}
	err := p.Asks.Answer(r.Context(), page.Secret, from(r).Address, given)
	if err == nil {
		http.Redirect(w, r, "/s/"+page.Secret+"?thanks&lang="+language(inLanguage(r, page.Language)), http.StatusSeeOther)
		return
	}
	status, key := http.StatusServiceUnavailable, "problem.internal"
	switch centre.KindOf(err) {
	case centre.Conflict: // closed meanwhile
		page.Open = false
		status, key = http.StatusGone, ""
	case centre.Invalid:
		status, key = http.StatusUnprocessableEntity, "survey.choose"
	case centre.Exhausted:
		status, key = http.StatusTooManyRequests, "survey.later"
	}
	if page.Open {
		page.Answer, page.Given, page.Again = given, false, false
	}
	problem := ""
	if key != "" {
		problem = p.words[language(inLanguage(r, page.Language))][key]
	}
	p.showSurvey(w, r, status, problem, page)
}
