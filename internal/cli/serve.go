package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"sentral/internal/app"
)

// NodeFlags are the flags of every command that runs a node.
type NodeFlags struct {
	Listen   string         `default:"127.0.0.1:8080" env:"SENTRAL_LISTEN" help:"Where browsers reach this node."`
	Address  string         `env:"SENTRAL_ADDRESS" help:"Public address of the centre, such as https://kundeservice.nordlys.example. Default http:// and --listen." placeholder:"URL"`
	Data     string         `default:"data" env:"SENTRAL_DATA" help:"Folder of the embedded database and the master key." type:"path"`
	Database string         `env:"SENTRAL_DATABASE" help:"PostgreSQL instead of the embedded database: postgres://user@host/name." placeholder:"URL"`
	Node     string         `env:"SENTRAL_NODE" help:"Lasting name of this node among several."`
	NodeAddr string         `name:"node-address" env:"SENTRAL_NODE_ADDRESS" help:"Where other nodes reach this one." placeholder:"HOST:PORT"`
	TTL      time.Duration  `name:"lease" default:"5s" help:"How long the owner's lease must stand still before another node takes over."`
	DevUI    string         `name:"dev-ui" hidden:""`
	Metrics  bool           `name:"open-metrics" help:"Let other machines read /metrics."`
	Private  bool           `name:"private-webhooks" env:"SENTRAL_PRIVATE_WEBHOOKS" help:"Let webhooks reach this machine and private networks."`
	Proxies  []netip.Prefix `name:"proxy" env:"SENTRAL_PROXIES" help:"Network of the reverse proxies in front, such as 10.0.0.0/8: their X-Forwarded-For is believed." placeholder:"CIDR"`
	Phone    PhoneFlags     `embed:""`
	LogLevel slog.Level     `name:"log-level" default:"INFO" help:"DEBUG, INFO, WARN or ERROR."`
}

func (f NodeFlags) options(log io.Writer) app.Options {
	return app.Options{
		Listen: f.Listen, Address: f.Address, Data: f.Data, Database: f.Database, Node: f.Node, NodeAddr: f.NodeAddr, TTL: f.TTL, DevUI: f.DevUI, OpenMetrics: f.Metrics, Proxies: f.Proxies,
		PrivateWebhooks: f.Private, Phone: f.Phone.options(),
		Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: f.LogLevel})),
	}
}

// PhoneFlags say how calls reach a node.
type PhoneFlags struct {
	SIP       string   `env:"SENTRAL_SIP" help:"Where trunks and desk phones reach this node over UDP and TCP, such as 127.0.0.1:5060. Without it there are no trunks." placeholder:"HOST:PORT"`
	TLS       string   `name:"sip-tls" env:"SENTRAL_SIP_TLS" help:"The same over TLS." placeholder:"HOST:PORT"`
	Cert      string   `name:"sip-cert" env:"SENTRAL_SIP_CERT" help:"Certificate for it (PEM). Without one the node makes its own." type:"path"`
	Key       string   `name:"sip-key" env:"SENTRAL_SIP_KEY" help:"Its key (PEM)." type:"path"`
	Advertise string   `name:"sip-advertise" env:"SENTRAL_SIP_ADVERTISE" help:"This node's IP address as trunks see it." placeholder:"IP"`
	Ports     string   `name:"sip-media" env:"SENTRAL_SIP_MEDIA" help:"UDP ports of the trunks' sound." default:"20000-29999"`
	Web       string   `name:"webrtc" env:"SENTRAL_WEBRTC" help:"Where browsers send their sound (UDP). Default: a free port of --listen's address." placeholder:"HOST:PORT"`
	WebNames  []string `name:"webrtc-advertise" env:"SENTRAL_WEBRTC_ADVERTISE" help:"Addresses that browsers reach it by." placeholder:"IP"`
	TURNUDP   string   `name:"turn-udp" env:"SENTRAL_TURN_UDP" help:"Relay for browsers behind firewalls, over UDP." placeholder:"HOST:PORT"`
	TURNTCP   string   `name:"turn-tcp" env:"SENTRAL_TURN_TCP" help:"The same over TCP." placeholder:"HOST:PORT"`
	TURNTLS   string   `name:"turn-tls" env:"SENTRAL_TURN_TLS" help:"The same over TLS, with the certificate of SIP." placeholder:"HOST:PORT"`
}

func (f PhoneFlags) options() app.Phone {
	return app.Phone{
		SIP: f.SIP, TLS: f.TLS, CertFile: f.Cert, KeyFile: f.Key, Advertise: f.Advertise, Ports: f.Ports, Web: f.Web, WebNames: f.WebNames, TURNUDP: f.TURNUDP, TURNTCP: f.TURNTCP, TURNTLS: f.TURNTLS,
	}
}

// ServeCommand runs one node of a centre until it is told to stop.
type ServeCommand struct {
	NodeFlags `embed:""`
	Linger    time.Duration `default:"60s" env:"SENTRAL_LINGER" help:"How long calls may go on after the node was told to stop; trunks are sent elsewhere meanwhile. Told twice, it stops at once."`
}

// Run opens the node and serves.
func (c ServeCommand) Run(ctx context.Context, s Streams) error {
	o := c.options(s.Err)
	o.Linger = c.Linger
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	fmt.Fprintf(s.Out, "Sentral answers at %s\n", a.Address)
	if code := a.SetupCode(); code != "" {
		fmt.Fprintf(s.Out, "The centre is new. Open %s/setup and enter the code %s\n", a.Address, code)
	}
	return a.Serve(ctx)
}
