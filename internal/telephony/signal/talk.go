package signal

import (
	"math/rand/v2"
	"net/netip"
	"slices"

	"sentral/internal/centre"
	"sentral/internal/telephony/media"
)

// talk is the sound of one call as both sides have agreed to it: offers and answers (RFC 3264) from first to last, ours and theirs. It does no I/O and
// is guarded by its call.
type talk struct {
	local  netip.AddrPort // what we announce
	prefer []media.Codec
	srtp   string // SRTPOff, SRTPOptional or SRTPRequired
	inBand bool
	keys   map[media.SRTPSuite][]byte // protect what we send, for the whole call

	id, version uint64 // of our descriptions; the version rises with every new one
	last        []byte // the description that we sent last

	weHold, theyHold bool

	streams []stream // every m= line that was ever described, so that none gets lost in a later offer (RFC 3264 section 8)
	audio   int      // index of ours among them
	offered *stream  // our audio stream in an offer that has no answer yet
	agreed  bool
	session media.Session
}

func newTalk(local netip.AddrPort, t *Trunk) *talk {
	k := &talk{local: local, prefer: t.Codecs, srtp: t.SRTP, inBand: t.InBandDTMF}
	if len(k.prefer) == 0 {
		k.prefer = []media.Codec{media.PCMA, media.PCMU}
	}
	k.id = rand.Uint64() >> 2 // some parsers read it as a signed number
	k.version = k.id
	return k
}

// key is ours for a suite: the same for the whole call, so that a repeated description changes nothing.
func (k *talk) key(suite media.SRTPSuite) []byte {
	if k.keys == nil {
		k.keys = map[media.SRTPSuite][]byte{}
	}
	if k.keys[suite] == nil {
		k.keys[suite] = suite.NewKey()
	}
	return k.keys[suite]
}

var codecNames = map[media.Codec]string{media.PCMU: "pcmu", media.PCMA: "pcma"}

const dtmfType = 101 // of our own offers; in answers the offer's number counts

// offer composes an offer of ours. It is outstanding until accept, or until forget.
func (k *talk) offer() []byte {
	s := stream{kind: "audio", proto: "RTP/AVP", port: k.local.Port(), direction: sendrecv, ptime: 20, rtcpMux: true}
	if k.srtp == SRTPRequired || k.agreed && k.streams[k.audio].secure() {
		s.proto = "RTP/SAVP"
	}
	if k.srtp == SRTPRequired || k.srtp == SRTPOptional && (!k.agreed || k.session.SRTP != nil) {
		for i, suite := range []media.SRTPSuite{media.AESCM128HMACSHA1_80, media.AESCM128HMACSHA1_32} {
			s.crypto = append(s.crypto, cryptoLine{tag: i + 1, suite: suite, key: k.key(suite)})
		}
	}
	if k.weHold {
		s.direction = sendonly
	}
	dtmf := uint8(dtmfType)
	if k.agreed { // what was agreed comes first, under the numbers it had
		s.codecs = append(s.codecs, format{k.session.PayloadType, codecNames[k.session.Codec], media.Rate})
		if k.session.DTMFType != 0 {
			dtmf = k.session.DTMFType
		}
	}
	for _, c := range k.prefer {
		if name := codecNames[c]; name != "" && !slices.ContainsFunc(s.codecs, func(f format) bool { return f.name == name }) {
			s.codecs = append(s.codecs, format{uint8(c), name, media.Rate})
		}
	}
	s.codecs = append(s.codecs, format{dtmf, "telephone-event", media.Rate})
	k.offered = &s
	return k.compose(&s, k.streams, k.audio)
}

// forget drops an offer that was refused or never answered; what was agreed before stands.
func (k *talk) forget() { k.offered = nil }

// compose writes a description with our audio stream at its place among all the others, which are refused.
func (k *talk) compose(audio *stream, all []stream, at int) []byte {
	var w sdpWriter
	k.version++
	w.session(k.id, k.version, k.local.Addr())
	for i := range all {
		if i == at {
			w.audio(audio)
		} else {
			w.refused(&all[i])
		}
	}
	if len(all) == 0 {
		w.audio(audio)
	}
	k.last = w.text()
	return k.last
}

// answer takes the other side's offer and composes our answer. On an error (centre.Conflict: nothing in common) what was agreed before stands.
func (k *talk) answer(o *description) ([]byte, media.Session, error) {
	if o.audio < 0 {
		return nil, media.Session{}, centre.Errorf(centre.Conflict, "the offer has no audio stream that we speak")
	}
	in := &o.streams[o.audio]
	out := stream{kind: "audio", proto: in.proto, port: k.local.Port(), ptime: in.ptime, rtcpMux: in.rtcpMux}
	ses := media.Session{Remote: netip.AddrPortFrom(in.addr.Unmap(), in.port), InBandDTMF: k.inBand, Reports: in.reports, ReportsMux: in.rtcpMux, PtimeMS: ptime(in.ptime)}
	if err := k.chooseCodec(in, &out, &ses); err != nil {
		return nil, ses, err
	}
	ses.InBandDTMF = ses.InBandDTMF || ses.DTMFType == 0 // who sends no events can press keys as sound alone
	if err := k.chooseCrypto(in, &out, &ses); err != nil {
		return nil, ses, err
	}
	out.direction = in.direction.seenFromHere()
	if in.null {
		out.direction &^= sendonly // RFC 3264 section 8.4: c=0.0.0.0 says that nothing is to be sent
	}
	if k.weHold {
		out.direction &= sendonly
	}
	k.theyHold = in.null || in.direction&recvonly == 0
	ses.Send, ses.Receive = out.direction&sendonly != 0, out.direction&recvonly != 0
	text := k.compose(&out, o.streams, o.audio)
	k.settle(o, &out, ses)
	return text, ses, nil
}

// settle makes an agreement the one that counts.
func (k *talk) settle(o *description, ours *stream, ses media.Session) {
	k.streams, k.audio = slices.Clone(o.streams), o.audio
	k.streams[k.audio].proto = ours.proto
	k.session, k.agreed, k.offered = ses, true, nil
}

// chooseCodec takes the codec in use if it is offered still, else the first of our preference.
func (k *talk) chooseCodec(in, out *stream, ses *media.Session) error {
	prefer := k.prefer
	if k.agreed {
		prefer = append([]media.Codec{k.session.Codec}, prefer...)
	}
	for _, c := range prefer {
		pt, ok := in.find(codecNames[c])
		if !ok {
			continue
		}
		ses.Codec, ses.PayloadType = c, pt
		out.codecs = append(out.codecs, format{pt, codecNames[c], media.Rate})
		if pt, ok := in.find("telephone-event"); ok {
			ses.DTMFType = pt
			out.codecs = append(out.codecs, format{pt, "telephone-event", media.Rate})
		}
		if pt, ok := in.find("cn"); ok {
			ses.CNType = pt
			out.codecs = append(out.codecs, format{pt, "cn", media.Rate})
		}
		return nil
	}
	return centre.Errorf(centre.Conflict, "no codec in common")
}

// chooseCrypto takes the first usable crypto line where the trunk's mode allows or demands it. Plain RTP with crypto lines is RFC 8643.
func (k *talk) chooseCrypto(in, out *stream, ses *media.Session) error {
	switch {
	case k.srtp != SRTPOptional && k.srtp != SRTPRequired:
		if in.secure() {
			return centre.Errorf(centre.Conflict, "SRTP is offered on a trunk that has it off")
		}
		return nil
	case len(in.crypto) == 0:
		if in.secure() || k.srtp == SRTPRequired {
			return centre.Errorf(centre.Conflict, "no SRTP in common")
		}
		return nil
	}
	c := in.crypto[0]
	ses.SRTP = &media.SRTPKeys{Suite: c.suite, Local: k.key(c.suite), Remote: c.key}
	out.crypto = []cryptoLine{{tag: c.tag, suite: c.suite, key: k.key(c.suite)}}
	return nil
}

// accept takes the answer to our outstanding offer. On an error what was agreed before stands.
func (k *talk) accept(a *description) (media.Session, error) {
	o := k.offered
	if o == nil {
		return media.Session{}, centre.Errorf(centre.Conflict, "an answer without an offer")
	}
	k.offered = nil
	if a.audio < 0 {
		return media.Session{}, centre.Errorf(centre.Conflict, "the answer refuses the audio stream")
	}
	in := &a.streams[a.audio]
	ses := media.Session{Remote: netip.AddrPortFrom(in.addr.Unmap(), in.port), InBandDTMF: k.inBand, Reports: in.reports, ReportsMux: in.rtcpMux, PtimeMS: ptime(in.ptime)}
	if !o.pick(in, &ses) {
		return ses, centre.Errorf(centre.Conflict, "the answer takes no codec of the offer")
	}
	if pt, ok := in.find("cn"); ok {
		ses.CNType = pt
	}
	if pt, ok := in.find("telephone-event"); ok {
		ses.DTMFType = pt
	}
	ses.InBandDTMF = ses.InBandDTMF || ses.DTMFType == 0
	for _, c := range in.crypto {
		for _, mine := range o.crypto {
			if ses.SRTP == nil && c.tag == mine.tag && c.suite == mine.suite {
				ses.SRTP = &media.SRTPKeys{Suite: c.suite, Local: k.key(c.suite), Remote: c.key}
			}
		}
	}
	if ses.SRTP == nil && (in.secure() || o.secure()) {
		return ses, centre.Errorf(centre.Conflict, "the answer has no SRTP key for the offer")
	}
	d := in.direction.seenFromHere() & o.direction
	if in.null {
		d &^= sendonly
	}
	k.theyHold = in.null || in.direction&recvonly == 0
	ses.Send, ses.Receive = d&sendonly != 0, d&recvonly != 0
	k.settle(a, o, ses)
	return ses, nil
}

// pick finds the answer's codec: its first that we offered and can speak.
func (s *stream) pick(in *stream, ses *media.Session) bool {
	for _, c := range in.codecs {
		for codec, name := range codecNames {
			if _, ok := s.find(name); ok && name == c.name && c.rate == media.Rate {
				ses.Codec, ses.PayloadType = codec, c.pt
				return true
			}
		}
	}
	return false
}

// ptime keeps to packet times that media sends; what is odd or unsaid is 20 ms.
func ptime(ms int) int {
	if ms%10 == 0 && ms >= 10 && ms <= 60 {
		return ms
	}
	return 20
}
