// Package app is the only wiring: configuration to stores to rooms to drivers to servers, started in that order and stopped in the other.
//
// It owns the process: what runs, where it listens, and how it ends. It refuses every rule of the trade. Begin reading with Open.
package app

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/board"
	"sentral/internal/centre"
	"sentral/internal/channel/chat"
	"sentral/internal/channel/phone"
	"sentral/internal/channel/text"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/desk/contact"
	"sentral/internal/desk/conversation"
	"sentral/internal/engine/live"
	"sentral/internal/httpapi"
	"sentral/internal/publicui"
	"sentral/internal/quality/survey"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"sentral/internal/telephony/speech"
	"sentral/internal/webhook"
)

// Options says how a node runs.
type Options struct {
	Listen   string            // where browsers reach it, such as 127.0.0.1:8080
	Address  string            // the public address, such as https://kundeservice.nordlys.example; default http:// and Listen
	Data     string            // a folder for the embedded database and the master key
	Database string            // postgres://... ; empty means the embedded database in Data
	Node     string            // lasting name of this node among several; default its host name
	NodeAddr string            // where other nodes reach this one; default Listen
	DevUI    string            // address of a Vite server, for those who build the web
	Demo     bool              // says so on the screens
	SignIns  []publicui.SignIn // the demo's people, shown on the sign-in page
	// OpenMetrics lets other machines read /metrics; else only this one may.
	OpenMetrics bool
	// PrivateWebhooks lets webhooks reach loopback addresses and private networks; else only public addresses, or loopback while Address is one.
	PrivateWebhooks bool
	TTL             time.Duration // of the lease; default 5 s
	Log             *slog.Logger
	Clock           live.Clock       // of the centre; default the machine's
	Document        *config.Document // applied when there is no configuration yet; nil leaves that to the first-run wizard
	Phone           Phone            // how calls reach it
	Linger          time.Duration    // how long calls may go on after Serve was told to end
	// Mobile is the demo's mobile phone, to which the demo's own provider brings text messages at /demo/mobile/messages; nil for none.
	Mobile Mobile
	// Proxies are the networks of the reverse proxies in front: what they say in X-Forwarded-For of a browser's address is believed.
	Proxies []netip.Prefix
	Now     func() time.Time // the rooms' clock; default time.Now. The centre's own time follows Clock
	// Between is laid between the store and the database's driver; failure tests break things there.
	Between func(driver.Connector) driver.Connector
}

// Mobile takes text messages as a provider does, and shows them.
type Mobile interface {
	http.Handler
	Received() []publicui.Received // newest first
}

// App is one running node.
type App struct {
	Options
	DB       *store.DB
	Centre   *live.Centre
	Rules    *rulebook.Room
	Access   *access.Room
	Desk     *contact.Room
	Chat     *chat.Room
	Board    *board.Board
	Webhooks *webhook.Room
	Phone    *phone.Room
	Texts    *text.Room
	Asks     *survey.Room // by link
	voice    *speech.Voice

	recent   *conversation.Recent
	setup    setup        // the first-run wizard
	current  atomic.Int64 // the lease's epoch for which the configuration has been read
	reading  sync.Mutex
	master   []byte
	nodes    http.RoundTripper // to the other nodes
	meters   *meters
	server   *http.Server
	listener net.Listener
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// domain is the centre of this installation.
const domain centre.ID = 1

// Open opens the store and the rooms, and begins to listen. Serve answers.
func Open(ctx context.Context, o Options) (*App, error) {
	o, err := o.settled()
	if err != nil {
		return nil, err
	}
	a := &App{Options: o, meters: newMeters(), nodes: &http.Transport{MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute}}
	if a.DB, err = store.Open(ctx, store.Options{URL: o.Database, Log: o.Log, Between: o.Between}); err != nil {
		return nil, err
	}
	if err := a.open(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (o Options) settled() (Options, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:8080"
	}
	if o.Node == "" {
		name, err := os.Hostname()
		if err != nil {
			return o, centre.Errorf(centre.Unavailable, "host name: %w", err)
		}
		o.Node = name + " " + o.Listen
	}
	if o.Data == "" {
		o.Data = "data"
	}
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return o, centre.Errorf(centre.Unavailable, "data folder %s: %w", o.Data, err)
	}
	if o.Database == "" {
		o.Database = "sqlite:" + filepath.Join(o.Data, "sentral.db")
	}
	return o, nil
}

// open wires the rooms, bottom up.
func (a *App) open(ctx context.Context) (err error) {
	if a.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", a.Listen); err != nil {
		return centre.Errorf(centre.Unavailable, "listen on %s: %w", a.Listen, err)
	}
	a.Listen = a.listener.Addr().String()
	if a.Address == "" {
		a.Address = "http://" + a.Listen
	}
	if a.NodeAddr == "" {
		a.NodeAddr = a.Listen
	}
	if a.master, err = masterKey(filepath.Join(a.Data, "master.key")); err != nil {
		return err
	}
	a.Centre = live.New(live.Options{Centre: domain, Store: a.DB, Node: a.Node, Addr: a.NodeAddr, TTL: a.TTL, Zone: a.zone(ctx), Clock: a.Clock, Log: a.Log})
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = stop
	a.start(func() {
		if err := a.Centre.Run(run); err != nil && run.Err() == nil {
			a.Log.Error("the centre's driver has stopped", "error", err)
		}
	})
	if a.Rules, err = rulebook.New(ctx, store.Rulebook{DB: a.DB, Domain: domain}, a.Centre, a.Log); err != nil {
		return err
	}
	known := access.Options{Address: a.Address, Master: a.master, Demo: a.Demo, Anchor: filepath.Join(a.Data, "audit.anchor"), Knows: a.Rules.Knows}
	if a.Access, err = access.New(known, store.Access{DB: a.DB, Domain: domain}, a.Rules, a.Now, a.Log); err != nil {
		return err
	}
	a.Rules.OnChange(func(*rulebook.Book) { a.Access.Forget() })
	a.Rules.Audit(a.Access.Record)
	if err := a.rooms(a.Now); err != nil {
		return err
	}
	for _, keep := range []func(context.Context){a.Desk.Run, a.Chat.Run, a.Phone.Run, a.Texts.Run, a.Board.Run, a.Webhooks.Run, a.Rules.KeepHours, a.speakAhead, a.watchOwnership, a.keepTidy} {
		a.start(func() { keep(run) })
	}
	return a.firstRun(ctx)
}

// rooms opens the rooms that act through the centre, and ties the two that talk across: the desk and the chat tell each other who is writing.
func (a *App) rooms(now func() time.Time) error {
	words, customers := store.Conversation{DB: a.DB, Domain: domain}, store.Customer{DB: a.DB, Domain: domain}
	recent := &conversation.Recent{}
	a.recent = recent
	a.Board = board.New(board.Options{Centre: a.Centre, Rules: a.Rules, Counters: store.Board{DB: a.DB, Domain: domain}, Surveys: store.Survey{DB: a.DB, Domain: domain}, Now: now, Log: a.Log})
	a.Chat = chat.New(chat.Options{
		Centre: a.Centre, Rules: a.Rules, Words: words, Customers: customers, Chat: store.Chat{DB: a.DB, Domain: domain}, Surveys: store.Survey{DB: a.DB, Domain: domain},
		Recent: recent, Seal: a.Access.Seal, Unseal: a.Access.Unseal, Address: a.Address, Record: a.Access.Record, Now: now, Log: a.Log,
		OnTyping: func(t conversation.Typing) { a.Desk.CustomerTyping(t) }, VisitorsPerMinute: map[bool]int{true: demoVisitors}[a.Demo],
	})
	a.Desk = contact.New(contact.Options{
		Centre: a.Centre, Rules: a.Rules, Access: a.Access, Conversation: words, Customers: customers, Surveys: a.Surveys(), Recent: recent, Levels: a.Board.Level, OnTyping: a.Chat.AgentTyping,
		Now: now, Log: a.Log,
	})
	a.Webhooks = webhook.New(webhook.Options{Centre: a.Centre, Store: store.Webhook{DB: a.DB, Domain: domain}, Access: a.Access, Seal: a.Access.Seal, Unseal: a.Access.Unseal, Now: now, Log: a.Log,
		Address: a.Address, Private: a.PrivateWebhooks})
	a.openTexts(customers)
	return a.openPhone(words, customers)
}

// zone is where the centre's days begin: the organisation's time zone, as the newest configuration says.
func (a *App) zone(ctx context.Context) *time.Location {
	d := config.Document{Organisation: config.Organisation{TimeZone: "Europe/Oslo"}}
	if a.Document != nil {
		d = *a.Document
	}
	if v, err := (store.Rulebook{DB: a.DB, Domain: domain}).Newest(ctx); err == nil && v.Version > 0 {
		if err := json.Unmarshal(v.Body, &d); err != nil {
			a.Log.Error("the configuration could not be read", "version", v.Version, "error", err)
		}
	}
	zone, err := time.LoadLocation(d.Organisation.TimeZone)
	if err != nil {
		a.Log.Error("the organisation's time zone is not known", "error", err)
		return time.UTC
	}
	return zone
}

// Surveys is where the customers' answers are kept.
func (a *App) Surveys() store.Survey { return store.Survey{DB: a.DB, Domain: domain} }

func (a *App) start(fn func()) { a.running.Go(fn) }

// demoVisitors is how many new visitors a minute one address may be in the demo, whose customers all live on one machine.
const demoVisitors = 100_000

// watchOwnership reads the configuration anew whenever this node comes to own the centre: another node may have changed it.
func (a *App) watchOwnership(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if s := a.Centre.Status(); s.Owner {
			if err := a.catchUp(ctx, s.Epoch); err != nil && ctx.Err() == nil {
				a.Log.Error("the configuration could not be read", "error", err)
			} else {
				a.openWizard()
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// catchUp reads the configuration once in every tenure of this node, before the first request of the tenure is answered.
func (a *App) catchUp(ctx context.Context, epoch int64) error {
	if a.current.Load() == epoch {
		return nil
	}
	a.reading.Lock()
	defer a.reading.Unlock()
	if a.current.Load() == epoch {
		return nil
	}
	if err := a.Rules.Reload(ctx); err != nil {
		return err
	}
	a.current.Store(epoch)
	return nil
}

// keepTidy deletes what nobody will ask for again, soon after the start and from time to time: every ten minutes sessions and invitations that have ended and
// uploads that nobody sent, once a day what was said longer ago than the centre keeps it.
func (a *App) keepTidy(ctx context.Context) {
	var forgotten time.Time
	tick := time.NewTimer(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !a.Centre.Status().Owner || a.Rules.Empty() {
			tick.Reset(time.Second)
			continue
		}
		tick.Reset(10 * time.Minute)
		words, now := store.Conversation{DB: a.DB, Domain: domain}, a.Now()
		err := errors.Join(a.Access.Tidy(ctx), a.Texts.Tidy(ctx), a.Asks.Tidy(ctx),
			words.DropUnsentFiles(ctx, centre.At(now.Add(-24*time.Hour))))
		if err == nil && now.Sub(forgotten) >= 24*time.Hour {
			if err = words.Forget(ctx, centre.At(now.AddDate(0, -int(a.Rules.Book().Rules.KeepMonths), 0))); err == nil {
				forgotten = now
			}
		}
		if err != nil && ctx.Err() == nil {
			a.Log.Warn("what has ended could not be deleted", "error", err)
		}
	}
}

// firstRun applies the document given for an empty centre, or opens the first-run wizard.
func (a *App) firstRun(ctx context.Context) error {
	if err := a.ready(ctx); err != nil {
		return err
	}
	s := a.Centre.Status()
	if !s.Owner {
		return nil
	}
	if err := a.catchUp(ctx, s.Epoch); err != nil {
		return err
	}
	if a.Document == nil || !a.Rules.Empty() {
		a.openWizard()
		return nil
	}
	_, err := a.Rules.Setup(ctx, *a.Document)
	return err
}

// ready waits until this node owns the centre or knows who does.
func (a *App) ready(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if s := a.Centre.Status(); s.Owner || (s.Addr != "" && s.Addr != a.NodeAddr) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return centre.Errorf(centre.Unavailable, "start: %w", ctx.Err())
		}
	}
}

// Serve answers until the context ends, then lets calls and requests finish and stops.
func (a *App) Serve(ctx context.Context) error {
	handler, err := a.handler()
	if err != nil {
		return err
	}
	a.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug)}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	a.server.BaseContext = func(net.Listener) context.Context { return base }
	failed := make(chan error, 1)
	go func() { failed <- a.server.Serve(a.listener) }()
	select {
	case err := <-failed:
		if !errors.Is(err, http.ErrServerClosed) {
			return centre.Errorf(centre.Unavailable, "serve: %w", err)
		}
	case <-ctx.Done():
	}
	lingering, over := context.WithTimeout(context.WithoutCancel(ctx), a.Linger)
	defer over()
	a.Phone.Drain(lingering)
	cancel() // streams end; browsers come back to whoever is there
	wait, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	if err := a.server.Shutdown(wait); err != nil {
		return a.server.Close()
	}
	return nil
}

// Close stops what runs and closes the store. The centre takes a snapshot on its way out.
func (a *App) Close() {
	if a.listener != nil {
		a.listener.Close()
	}
	if a.Phone != nil {
		a.Phone.Close()
	}
	if a.stop != nil {
		a.stop()
		a.running.Wait()
	}
	if a.DB != nil {
		if err := a.DB.Close(); err != nil {
			a.Log.Error("the database did not close", "error", err)
		}
	}
}

// handler is every route: the API, the pages, the web.
func (a *App) handler() (http.Handler, error) {
	mux := http.NewServeMux()
	httpapi.New(mux, httpapi.Rooms{Access: a.Access, Desk: a.Desk, Board: a.Board, Config: a.Rules, Chat: a.Chat, Webhooks: a.Webhooks, Phone: a.Phone, Texts: a.Texts, Log: a.Log})
	err := publicui.Register(mux, publicui.Options{
		Access: a.Access, Rules: a.Rules, SetUp: a.setUp, SetUpOpen: func() bool { return a.SetupCode() != "" }, Cookie: httpapi.SessionCookie, Demo: a.SignIns, Asks: a.Asks, Mobile: a.received(),
	})
	if err != nil {
		return nil, err
	}
	if a.Mobile != nil {
		mux.Handle("POST /demo/mobile/messages", a.Mobile)
	}
	return a.around(mux)
}
