package signal

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/netip"
	"time"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// Options say where a Stack listens, whom it knows and what it does with a call. The zero value listens nowhere and knows nobody.
type Options struct {
	UDP string // listen address such as 0.0.0.0:5060; empty: off
	TCP string // as UDP
	TLS string // as UDP; needs Certificate

	Certificate func() (*tls.Certificate, error) // asked at every TLS handshake, so that a renewed one is used at once
	Roots       *x509.CertPool                   // who may vouch for a trunk's certificate; nil: the system's

	Advertise netip.Addr // our address as others see it, in Contact, Via and SDP; zero: the address listened on
	Ports     *media.Ports

	Trunks   []Trunk
	Accounts func(user string) (secret string, ok bool) // desk phones; nil: none
	Phones   []netip.Prefix                             // where desk phones may be; empty: private, link-local and loopback addresses
	Realm    string                                     // of our digest challenges; empty: sentral
	Digests  []string                                   // algorithms of our challenges in order, of MD5 and SHA-256; empty: MD5, which every phone knows

	Registered func(account string)         // whether an account has a phone has changed: ask Stack.Registered; in its own goroutine
	Incoming   func(*Call)                  // a new call, in its own goroutine; it has only been told 100 Trying, and may have been given up already
	Turned     func(trunk string, code int) // a call of a trunk was refused before it could be told of, with a SIP code: full, or no sound in common; in its own goroutine
	Log        *slog.Logger
	Limits     Limits
	Now        func() time.Time // nil: time.Now
}

// Limits bound what strangers and neighbours can cost. A zero field takes its default.
type Limits struct {
	Calls            int           // at once, in both directions; 2000
	SetupsPerSource  int           // INVITEs a second from one source that has completed a call; 1500
	SetupsNewcomer   int           // INVITEs a second from one source that has not; 25
	SetupsNewcomers  int           // INVITEs a second from all such sources together; 50
	HalfOpen         int           // calls from newcomers that have not been acknowledged yet, at once; 64
	PacketsPerSource int           // messages a second from one source; 10000
	Connections      int           // TCP and TLS connections at once; 1000
	ConnectionsEach  int           // of one source; 50
	Bindings         int           // desk phones one account may have registered; 5
	TrunkPatience    time.Duration // how long a trunk may say nothing to an INVITE before the next is tried; 3 s
	MediaQuiet       time.Duration // without any sound packet before the other side is asked whether it is there; 10 s, at most MediaSilence
	MediaSilence     time.Duration // without any sound packet, unless on hold, before a call is held for lost; 60 s
}

// Trunk is one way in from, and out to, the public network or a partner.
type Trunk struct {
	Key       string // names it in configuration, log and status
	Host      string // host:port of the other side; without a port its SRV records are asked, then the default port taken
	Transport string // udp, tcp or tls; empty: udp

	Sources    []netip.Prefix // who may call in, to anywhere else silence; empty: the addresses of Host
	User       string         // digest: who we are when asked, and whom we register as
	Secret     string
	Register   bool // register User at Host, and refresh at half expiry
	Challenge  bool // ask callers on this trunk for User and Secret as well
	Optional   bool // may be away: its silence is no warning
	Unverified bool // TLS: take any certificate (a laboratory, a self-signed PBX)

	Codecs        []media.Codec // in order of preference; empty: PCMA, PCMU
	SRTP          string        // off (empty), optional or required
	InBandDTMF    bool          // this trunk sends keys as sound
	Rel100        bool          // ask for, and offer, acknowledged provisional answers
	SessionTimers bool          // ask for session timers; they are answered in any case

	Priority  int           // lower is tried first
	MaxCalls  int           // at once on this trunk; 0: Limits.Calls
	KeepAlive time.Duration // between OPTIONS; 0: 30 s, negative: none
	CallerID  string        // the number shown when a Dial names none
}

// Modes of SRTP.
const (
	SRTPOff      = "off"
	SRTPOptional = "optional" // offered by RFC 8643, accepted when offered
	SRTPRequired = "required" // a call without it fails with 488
)

func (t Trunk) check() error {
	switch {
	case t.Key == "":
		return centre.Errorf(centre.Invalid, "trunk: key is empty")
	case t.Host == "" && len(t.Sources) == 0:
		return centre.ErrorAt(centre.Invalid, "trunk "+t.Key, "neither host nor sources: nobody could call in or be called")
	case t.Transport != "" && t.Transport != "udp" && t.Transport != "tcp" && t.Transport != "tls":
		return centre.ErrorAt(centre.Invalid, "trunk "+t.Key, "transport %q is not udp, tcp or tls", t.Transport)
	case t.SRTP != "" && t.SRTP != SRTPOff && t.SRTP != SRTPOptional && t.SRTP != SRTPRequired:
		return centre.ErrorAt(centre.Invalid, "trunk "+t.Key, "srtp %q is not off, optional or required", t.SRTP)
	case t.Register && (t.User == "" || t.Host == ""):
		return centre.ErrorAt(centre.Invalid, "trunk "+t.Key, "to register needs host and user")
	case t.Challenge && (t.User == "" || t.Secret == ""):
		return centre.ErrorAt(centre.Invalid, "trunk "+t.Key, "to challenge needs user and secret")
	}
	return nil
}

func (o Options) withDefaults() Options {
	set := func(n *int, d int) {
		if *n == 0 {
			*n = d
		}
	}
	l := &o.Limits
	set(&l.Calls, 2000)
	set(&l.SetupsPerSource, 1500)
	set(&l.SetupsNewcomer, 25)
	set(&l.SetupsNewcomers, 50)
	set(&l.HalfOpen, 64)
	set(&l.PacketsPerSource, 10000)
	set(&l.Connections, 1000)
	set(&l.ConnectionsEach, 50)
	set(&l.Bindings, 5)
	if l.TrunkPatience == 0 {
		l.TrunkPatience = 3 * time.Second
	}
	if l.MediaSilence == 0 {
		l.MediaSilence = time.Minute
	}
	if l.MediaQuiet == 0 {
		l.MediaQuiet = min(10*time.Second, l.MediaSilence)
	}
	if o.Realm == "" {
		o.Realm = "sentral"
	}
	if len(o.Digests) == 0 {
		o.Digests = []string{"MD5"}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if len(o.Phones) == 0 {
		for _, p := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"} {
			o.Phones = append(o.Phones, netip.MustParsePrefix(p))
		}
	}
	return o
}
