// Package publicui is the pages that come before the app and beside it: sign-in, the code, the invitation, the first-run wizard, a customer page for each
// brand, the survey that a text message leads to, and errors. They are Go templates with one small style sheet.
//
// It owns their words in nb, nn, sv and en. It refuses to decide who may do what (access) and needs no JavaScript, except where a browser has no other
// way: a passkey, and an invitation whose secret stands after the #. Begin reading with Register.
package publicui

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"io/fs"
	"net"
	"net/http"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/quality/survey"
	"sentral/internal/rulebook"
)

//go:embed pages
var files embed.FS

// Options is what the pages stand on.
type Options struct {
	Access *access.Room
	Rules  *rulebook.Room
	// SetUp makes the first configuration and its administrator; SetUpOpen tells whether the wizard may still be used.
	SetUp     func(context.Context, First, access.Attempt) (access.SignedIn, error)
	SetUpOpen func() bool
	Cookie    func(access.SignedIn) http.Cookie
	Demo      []SignIn // shown on the sign-in page of the demo
	Asks      *survey.Room
	// Mobile is what the demo's mobile phone has received, newest first; nil outside the demo.
	Mobile func() []Received
}

// SignIn is one of the demo's people.
type SignIn struct{ Role, Email, Password string }

// First is what the first-run wizard asks for.
type First struct {
	Code, Organisation, Country, Language, TimeZone, Name, Email, Password string
}

type pages struct {
	Options
	templates *template.Template
	words     map[string]map[string]string
}

// Register adds the pages to mux.
func Register(mux *http.ServeMux, o Options) error {
	p := &pages{Options: o}
	var err error
	if p.templates, err = template.ParseFS(files, "pages/*.html"); err != nil {
		return centre.Errorf(centre.Internal, "pages: %w", err)
	}
	text, err := files.ReadFile("pages/words.json")
	if err != nil {
		return centre.Errorf(centre.Internal, "pages: %w", err)
	}
	if err := json.Unmarshal(text, &p.words); err != nil {
		return centre.Errorf(centre.Internal, "pages/words.json: %w", err)
	}
	static, err := fs.Sub(files, "pages")
	if err != nil {
		return centre.Errorf(centre.Internal, "pages: %w", err)
	}
	server := http.FileServerFS(static)
	for _, name := range []string{"pages.css", "passkey.js", "welcome.js", "mobile.js"} {
		mux.Handle("GET /ui/"+name, http.StripPrefix("/ui/", server))
	}
	mux.HandleFunc("GET /sign-in", p.signIn)
	mux.HandleFunc("POST /sign-in", p.doSignIn)
	mux.HandleFunc("POST /sign-in/code", p.doCode)
	mux.HandleFunc("GET /welcome", func(w http.ResponseWriter, r *http.Request) { p.show(w, r, http.StatusOK, "welcome", nil) })
	mux.HandleFunc("GET /setup", p.setup)
	mux.HandleFunc("POST /setup", p.doSetup)
	mux.HandleFunc("GET /brand/{key}", p.brand)
	mux.HandleFunc("GET /ui/brand/{key}", p.brandStyle)
	if p.Mobile != nil {
		mux.HandleFunc("GET /demo/mobile", p.mobile)
	}
	mux.HandleFunc("GET /s/{secret}", p.survey)
	mux.HandleFunc("POST /s/{secret}", p.doSurvey)
	return nil
}

// view is what a template sees.
type view struct {
	T        func(key string) string
	Language string
	Title    string
	Name     string // of the organisation
	Error    string
	Page     any
}

// Languages are the languages of the pages, by their own names.
func (view) Languages() map[string]string {
	return map[string]string{"nb": "Bokmål", "nn": "Nynorsk", "sv": "Svenska", "en": "English"}
}

// Countries are the markets that the first-run wizard knows.
func (view) Countries() []string { return []string{"NO", "SE", "DK", "FI"} }

// language chooses by ?lang=, then by the browser's wishes, then nb.
func language(r *http.Request) string { return languageOr(r, r.Header.Get("Accept-Language")) }

// languageOr chooses by ?lang=, then by the wishes given, then nb.
func languageOr(r *http.Request, wishes string) string {
	wishes = r.URL.Query().Get("lang") + "," + wishes
	for _, w := range strings.Split(wishes, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(strings.ToLower(w)), ";")
		switch tag, _, _ = strings.Cut(tag, "-"); tag {
		case "nb", "nn", "sv", "en":
			return tag
		case "no":
			return "nb"
		}
	}
	return "nb"
}

func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, name string, page any) {
	p.render(w, r, status, name, "", page)
}

// inLanguage is the request with a language wished for where the address names none: a brand's page speaks the brand's language.
func inLanguage(r *http.Request, language string) *http.Request {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Language", language)
	return r
}

func (p *pages) render(w http.ResponseWriter, r *http.Request, status int, name, problem string, page any) {
	lang := language(r)
	words := p.words[lang]
	v := view{
		T: func(key string) string {
			if s, ok := words[key]; ok {
				return s
			}
			return p.words["nb"][key]
		},
		Language: lang, Name: p.Rules.Organisation(), Error: problem, Page: page,
	}
	v.Title = v.T(name + ".title")
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, name+".html", v); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// words of a problem, for people: the room's text is English for operators, so known kinds get the page's own words.
func (p *pages) problem(r *http.Request, err error) string {
	words := p.words[language(r)]
	var at *centre.Error
	if errors.As(err, &at) && at.Where != "" {
		if s, ok := words["problem."+at.Where]; ok {
			return s
		}
	}
	if s, ok := words["problem."+centre.KindOf(err).String()]; ok {
		return s
	}
	return words["problem.internal"]
}

func from(r *http.Request) access.Attempt {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return access.Attempt{Address: host, Browser: r.UserAgent()}
}

// form reads a posted form of at most 16 kB.
func form(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	return r.ParseForm() == nil
}

type signInPage struct {
	Email, Next string
	Demo        []SignIn
}

// next keeps only a path of this site: nobody is sent elsewhere after signing in.
func next(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.Contains(s, `\`) {
		return "/"
	}
	return s
}

func (p *pages) signIn(w http.ResponseWriter, r *http.Request) {
	if p.SetUpOpen() {
		http.Redirect(w, r, "/setup", http.StatusSeeOther)
		return
	}
	p.show(w, r, http.StatusOK, "sign-in", signInPage{Next: next(r.URL.Query().Get("next")), Demo: p.Demo})
}

func (p *pages) doSignIn(w http.ResponseWriter, r *http.Request) {
	if !form(w, r) {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	a := from(r)
	a.Email, a.Password = r.PostFormValue("email"), r.PostFormValue("password")
	to := next(r.PostFormValue("next"))
	s, err := p.Access.SignIn(r.Context(), a)
	if err != nil {
		p.render(w, r, http.StatusUnauthorized, "sign-in", p.problem(r, err), signInPage{Email: a.Email, Next: to, Demo: p.Demo})
		return
	}
	p.cookie(w, s)
	if s.Code {
		p.show(w, r, http.StatusOK, "code", signInPage{Next: to})
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (p *pages) cookie(w http.ResponseWriter, s access.SignedIn) {
	c := p.Cookie(s)
	http.SetCookie(w, &c)
}

func (p *pages) doCode(w http.ResponseWriter, r *http.Request) {
	if !form(w, r) {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	to := next(r.PostFormValue("next"))
	c, err := r.Cookie(access.CookieName)
	if err != nil {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return
	}
	s, err := p.Access.GiveCode(r.Context(), c.Value, strings.TrimSpace(r.PostFormValue("code")), r.UserAgent())
	if err != nil {
		p.render(w, r, http.StatusUnauthorized, "code", p.problem(r, err), signInPage{Next: to})
		return
	}
	p.cookie(w, s)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (p *pages) setup(w http.ResponseWriter, r *http.Request) {
	if !p.SetUpOpen() {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return
	}
	p.show(w, r, http.StatusOK, "setup", First{Language: language(r), Country: "NO", TimeZone: "Europe/Oslo"})
}

func (p *pages) doSetup(w http.ResponseWriter, r *http.Request) {
	if !form(w, r) {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	f := First{
		Code: r.PostFormValue("code"), Organisation: strings.TrimSpace(r.PostFormValue("organisation")), Country: r.PostFormValue("country"), Language: r.PostFormValue("language"),
		TimeZone: map[string]string{"NO": "Europe/Oslo", "SE": "Europe/Stockholm", "DK": "Europe/Copenhagen", "FI": "Europe/Helsinki"}[r.PostFormValue("country")],
		Name:     strings.TrimSpace(r.PostFormValue("name")), Email: strings.TrimSpace(r.PostFormValue("email")), Password: r.PostFormValue("password"),
	}
	s, err := p.SetUp(r.Context(), f, from(r))
	if err != nil {
		f.Password = ""
		p.render(w, r, http.StatusUnprocessableEntity, "setup", p.problem(r, err), f)
		return
	}
	p.cookie(w, s)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// brand is a customer page of a brand with its chat: the demo's front door, and a page to show for a brand that has none.
func (p *pages) brand(w http.ResponseWriter, r *http.Request) {
	for _, b := range p.Rules.Book().Brands {
		if b.Key == r.PathValue("key") {
			for _, m := range p.Rules.Book().Markets {
				if m.Key == b.Market {
					r = inLanguage(r, m.Language)
				}
			}
			p.show(w, r, http.StatusOK, "brand", brandPage{Brand: b, Greeting: b.Greeting.In(language(r)), Mobile: p.Mobile != nil})
			return
		}
	}
	p.show(w, r, http.StatusNotFound, "missing", nil)
}

type brandPage struct {
	config.Brand
	Greeting string
	Mobile   bool
}
