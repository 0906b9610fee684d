package ivr

// key takes in a key.
func (r *Run) key(k rune) {
	if (k < '0' || k > '9') && k != '*' && k != '#' {
		return
	}
	switch r.waits {
	case aChoice:
		r.choose(k)
	case aCustomer, aNumber, linkNumber:
		r.dial(k)
	case ifCallback:
		r.callbackKey(k)
	case ifRight, linkRight:
		r.rightKey(k)
	case consent:
		r.consentKey(k)
	case howGood, ifSolved:
		r.surveyKey(k)
	case theHours, whoItIs, mayPromise: // the next question is on its way
		if len(r.ahead) < mostAhead {
			r.ahead = append(r.ahead, k)
		}
	}
}

// mostAhead is how many keys are kept for questions that are still to come.
const mostAhead = 16

// silence takes in that no key came.
func (r *Run) silence() {
	switch r.waits {
	case aChoice:
		if r.script.Steps[r.step].Do == Language {
			r.onward()
			return
		}
		r.again("", WhySilence)
	case aCustomer, aNumber, linkNumber:
		if r.keys == "0" {
			r.person(WhyZero)
			return
		}
		if r.keys != "" {
			r.numberKeyed()
			return
		}
		r.again("", WhySilence)
	case ifCallback:
		r.declined()
	case ifRight, linkRight:
		r.again("", WhySilence)
	case consent:
		r.recorded(false)
	case howGood, ifSolved:
		r.againSurvey("")
	}
}

// again asks the question in hand once more, or gives the caller to a person when it has been asked often enough.
func (r *Run) again(phrase, why string) {
	r.keys = ""
	if r.tries++; r.tries > int(r.script.Repeat) {
		r.person(why)
		return
	}
	if phrase != "" {
		r.phrase(phrase, true)
	}
	switch r.waits {
	case aChoice, aCustomer:
		if s := &r.script.Steps[r.step]; len(s.Again) > 0 {
			r.speak(s.Again, "", true)
		} else {
			r.say(s)
		}
	case aNumber, linkNumber:
		r.phrase("key_number", true)
	case ifCallback:
		r.askCallback()
	case ifRight, linkRight:
		r.phrase("confirm_number", true)
	}
	r.do(Listen{TimeoutMS: r.waitMS()})
}

// choose takes in a key in a menu.
func (r *Run) choose(k rune) {
	s := &r.script.Steps[r.step]
	if k == '0' {
		r.person(WhyZero)
		return
	}
	for i := range s.Choices {
		c := &s.Choices[i]
		if c.Press != string(k) {
			continue
		}
		if s.Do == Language && c.Language != "" {
			r.language = c.Language
			r.do(Speaking{Language: c.Language})
		} else {
			r.chosen, r.reason = append(r.chosen, s.Key+" "+c.Press), append(r.reason, c.Name)
		}
		r.enter(r.script.next(r.at, r.step, c.To))
		return
	}
	switch {
	case k == '*':
		r.again("", WhyUnclear)
	case s.Do == Language: // somebody who knows the menu that follows
		if r.ahead = nil; k != '#' {
			r.ahead = []rune{k}
		}
		r.onward()
	default:
		r.again("wrong_key", WhyUnclear)
	}
}

// dial takes in one digit of a number.
func (r *Run) dial(k rune) {
	most := maxNumber
	if r.waits == aCustomer {
		most = int(r.script.Steps[r.step].Digits)
		if most < 1 || most > 20 {
			most = 12
		}
	}
	switch {
	case k == '#' && r.keys == "0":
		r.person(WhyZero)
	case k == '#' && r.keys == "" && r.waits == aCustomer: // no number at hand
		r.onward()
	case k == '#':
		r.numberKeyed()
	case k == '*': // begin again
		r.again("", WhyUnclear)
	default:
		if r.keys += string(k); len(r.keys) >= most {
			r.numberKeyed()
			return
		}
		r.do(Listen{TimeoutMS: r.waitMS()})
	}
}

// numberKeyed takes in a whole number.
func (r *Run) numberKeyed() {
	keys := r.keys
	if r.waits == aCustomer {
		r.waits = whoItIs
		r.do(CheckCustomer{Digits: keys})
		return
	}
	if len(keys) < minNumber {
		r.again("wrong_number", WhyUnclear)
		return
	}
	r.number = keys
	if r.waits == aNumber {
		r.waits = ifRight
	} else {
		r.waits = linkRight
	}
	r.keys = ""
	r.phrase("confirm_number", true)
	r.do(Listen{TimeoutMS: r.waitMS()})
}

// answer takes in what an action was answered with; one that nobody waits for changes nothing.
func (r *Run) answer(e Event) {
	switch {
	case e.Kind == CustomerIs && r.waits == whoItIs:
		if e.OK {
			r.onward()
			return
		}
		r.waits = aCustomer
		r.again("unknown_customer", WhyUnclear)
	case e.Kind == HoursAre && r.waits == theHours:
		r.hoursAre(e)
	case e.Kind == PromiseMay && r.waits == mayPromise:
		if e.OK {
			r.offerCallback()
			return
		}
		r.onward()
	case e.Kind == PromiseMade && r.waits == thePromise:
		r.promised(e.OK)
	case e.Kind == LinkSent && r.waits == theLink:
		r.sent(e.OK)
	case e.Kind == DialEnded && r.waits == theOutside:
		r.dialled(e.OK)
	}
}

func (r *Run) hoursAre(e Event) {
	s := &r.script.Steps[r.step]
	if e.OK {
		r.onward()
		return
	}
	r.closed, r.opens = true, e.Opens
	if i, ok := r.at[s.Closed]; ok {
		r.enter(i)
		return
	}
	r.closing()
}

func (r *Run) dialled(answered bool) {
	if answered {
		r.hangup(EndTalked)
		return
	}
	r.phase, r.waits = InScript, nothing
	if i, ok := r.at[r.script.Steps[r.step].Failed]; ok {
		r.enter(i)
		return
	}
	r.phrase("not_answered", true)
	r.person(WhyFailed)
}

func (r *Run) consentKey(k rune) {
	switch k {
	case '1':
		r.recorded(true)
	case '0':
		r.do(r.recording(false))
		r.person(WhyZero)
	default:
		r.recorded(false)
	}
}

func (r *Run) recording(allowed bool) Recording {
	return Recording{Purpose: r.script.Steps[r.step].Purpose, Basis: ByConsent, Allowed: allowed}
}

func (r *Run) recorded(allowed bool) {
	r.do(r.recording(allowed))
	r.phrase(map[bool]string{true: "recorded", false: "not_recorded"}[allowed], true)
	r.onward()
}

// beginLink sends at once to the number that showed, else asks for one.
func (r *Run) beginLink() {
	if r.caller.NoTexts {
		r.sent(false)
		return
	}
	if r.number = r.caller.Number; r.number != "" && !r.caller.Fixed {
		r.sendLink()
		return
	}
	r.phrase("key_number", true)
	r.listen(linkNumber)
}

func (r *Run) sendLink() {
	s := &r.script.Steps[r.step]
	words, _ := s.Message.In(r.language)
	r.waits = theLink
	r.do(SendLink{Number: r.number, Text: words, URL: s.URL})
}

func (r *Run) sent(ok bool) {
	if !ok {
		r.phrase("link_failed", true)
		r.person(WhyFailed)
		return
	}
	r.phrase("link_sent", true)
	s := &r.script.Steps[r.step]
	if r.script.next(r.at, r.step, s.To) < 0 {
		r.phrase("goodbye", false)
		r.hangup(EndPromised)
		return
	}
	r.onward()
}

// surveyKey takes in an answer to one of the two questions.
func (r *Run) surveyKey(k rune) {
	if r.waits == howGood {
		if k < '1' || k > '6' {
			r.againSurvey("wrong_key")
			return
		}
		r.do(SurveyAnswer{Question: "oks", Value: int(k - '0')})
		r.tries = 0
		r.phrase("survey_solved", true)
		r.listen(ifSolved)
		return
	}
	if k != '1' && k != '2' {
		r.againSurvey("wrong_key")
		return
	}
	r.do(SurveyAnswer{Question: "solved", Value: int('2' - k)})
	r.surveyed()
}

// againSurvey asks once more; a customer who does not answer is thanked and let go.
func (r *Run) againSurvey(phrase string) {
	if r.tries++; r.tries > 1 {
		r.surveyed()
		return
	}
	if phrase != "" {
		r.phrase(phrase, true)
	}
	r.phrase(map[bool]string{true: "survey_oks", false: "survey_solved"}[r.waits == howGood], true)
	r.listen(r.waits)
}

func (r *Run) surveyed() {
	s := &r.script.Steps[r.step]
	if r.script.next(r.at, r.step, s.To) >= 0 {
		r.onward()
		return
	}
	r.phrase("thanks", false)
	r.hangup(EndTalked)
}
