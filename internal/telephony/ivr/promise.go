package ivr

// A callback is offered in four moves: shall we call you, on which number, is this right, it is promised. Whoever does not answer keeps what they had:
// the place in the queue, or the step that follows.

// offerCallback asks whether to be called back.
func (r *Run) offerCallback() {
	r.tries, r.keys, r.number = 0, "", r.caller.Number
	if r.step >= 0 && !r.offer {
		r.say(&r.script.Steps[r.step])
	}
	r.askCallback()
	r.listen(ifCallback)
}

func (r *Run) askCallback() {
	switch {
	case r.caller.Number == "" && r.offer:
		r.phrase("offer_hidden_waiting", true)
	case r.caller.Number == "":
		r.phrase("offer_hidden", true)
	case r.offer:
		r.phrase("offer_waiting", true)
	default:
		r.phrase("offer", true)
	}
}

func (r *Run) callbackKey(k rune) {
	switch {
	case k == '1' && r.caller.Number != "":
		r.number = r.caller.Number
		r.tries, r.waits = 0, ifRight
		r.phrase("confirm_number", true)
		r.do(Listen{TimeoutMS: r.waitMS()})
	case k == '1' || k == '2':
		r.tries = 0
		r.phrase("key_number", true)
		r.listen(aNumber)
	case k == '0':
		r.person(WhyZero)
	case k == '*' || k == '#':
		r.declined()
	default:
		r.again("wrong_key", WhyUnclear)
	}
}

// rightKey takes in whether a number is right: 1 is yes, 2 keys it in once more.
func (r *Run) rightKey(k rune) {
	switch k {
	case '1':
		if r.waits == linkRight {
			r.sendLink()
			return
		}
		r.waits = thePromise
		r.do(OfferCallback{Queue: r.queue, Number: r.number})
	case '2':
		if r.tries++; r.tries > int(r.script.Repeat)+1 {
			r.person(WhyUnclear)
			return
		}
		r.waits = map[ask]ask{ifRight: aNumber, linkRight: linkNumber}[r.waits]
		r.phrase("key_number", true)
		r.listen(r.waits)
	case '0':
		r.person(WhyZero)
	default:
		r.again("wrong_key", WhyUnclear)
	}
}

// declined goes on without a callback.
func (r *Run) declined() {
	r.waits = nothing
	if r.offer {
		r.phrase("keeps_place", true)
		r.do(KeepWaiting{})
		return
	}
	r.onward()
}

func (r *Run) promised(ok bool) {
	if ok {
		r.phrase("promised", false)
		r.hangup(EndPromised)
		return
	}
	r.phrase("not_promised", true)
	if r.offer {
		r.waits = nothing
		r.do(KeepWaiting{})
		return
	}
	r.onward()
}
