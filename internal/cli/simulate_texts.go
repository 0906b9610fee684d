package cli

// simulateText is the summary's words in one language.
type simulateText struct {
	head                                                                                          string // name, agents, runs, days, seed
	serviceLevel, serviceLevelNote, meanWait, meanWaitNote, longWait, longWaitNote                string
	worstWait, worstWaitNote, gaveUp, gaveUpNote, occupancy, occupancyNote, laws, unaudited, pace string
	columns                                                                                       []string
	groups                                                                                        map[string]string
}

var simulateTexts = map[string]simulateText{
	"en": {
		head:         "%s: %d agents; runs: %d, days in each: %d, first seed: %d",
		serviceLevel: "Service level", serviceLevelNote: "answered within target, of all who came and stayed in line or gave up",
		meanWait: "Mean wait", meanWaitNote: "of the answered", longWait: "Nine of ten waited less than", longWaitNote: "",
		worstWait: "Ninety-nine of a hundred", worstWaitNote: "", gaveUp: "Gave up", gaveUpNote: "left before an answer",
		occupancy: "Occupancy", occupancyNote: "share of ready time with a contact or wrap-up",
		laws: "%d laws broken in %d events.", unaudited: "%d events; laws were not checked.", pace: "%.2f million events/s, %.1f s, hash %s",
		columns: []string{"queue", "target s", "contacts a day", "service level", "mean wait s", "90% s", "gave up"},
		groups:  map[string]string{"live": "all live channels", "deferred": "all deferred channels"},
	},
	"nb": {
		head:         "%s: %d medarbeidere; kjøringer: %d, dager i hver: %d, første frø: %d",
		serviceLevel: "Servicegrad", serviceLevelNote: "besvart innen målet, av alle som kom og ble stående eller ga opp",
		meanWait: "Gjennomsnittlig ventetid", meanWaitNote: "for de besvarte", longWait: "Ni av ti ventet mindre enn", longWaitNote: "",
		worstWait: "Nittini av hundre", worstWaitNote: "", gaveUp: "Ga opp", gaveUpNote: "gikk før svar",
		occupancy: "Opptattgrad", occupancyNote: "andel av klar tid med kontakt eller etterarbeid",
		laws: "%d lover brutt på %d hendelser.", unaudited: "%d hendelser; lovene ble ikke kontrollert.", pace: "%.2f millioner hendelser/s, %.1f s, hash %s",
		columns: []string{"kø", "mål s", "kontakter per dag", "servicegrad", "snitt ventetid s", "90 % s", "ga opp"},
		groups:  map[string]string{"live": "alle direkte kanaler", "deferred": "alle skriftlige kanaler med utsatt svar"},
	},
	"nn": {
		head:         "%s: %d medarbeidarar; køyringar: %d, dagar i kvar: %d, første frø: %d",
		serviceLevel: "Servicegrad", serviceLevelNote: "svara på innan målet, av alle som kom og vart ståande eller gav opp",
		meanWait: "Gjennomsnittleg ventetid", meanWaitNote: "for dei som fekk svar", longWait: "Ni av ti venta mindre enn", longWaitNote: "",
		worstWait: "Nittini av hundre", worstWaitNote: "", gaveUp: "Gav opp", gaveUpNote: "gjekk før svar",
		occupancy: "Oppteken del", occupancyNote: "del av klar tid med kontakt eller etterarbeid",
		laws: "%d lover brotne på %d hendingar.", unaudited: "%d hendingar; lovene vart ikkje kontrollerte.", pace: "%.2f mill. hendingar/s, %.1f s, hash %s",
		columns: []string{"kø", "mål s", "kontaktar per dag", "servicegrad", "snitt ventetid s", "90 % s", "gav opp"},
		groups:  map[string]string{"live": "alle direkte kanalar", "deferred": "alle skriftlege kanalar med utsett svar"},
	},
	"sv": {
		head:         "%s: %d medarbetare; körningar: %d, dagar i varje: %d, första frö: %d",
		serviceLevel: "Servicenivå", serviceLevelNote: "besvarade inom målet, av alla som kom och stod kvar eller gav upp",
		meanWait: "Genomsnittlig väntetid", meanWaitNote: "för de besvarade", longWait: "Nio av tio väntade mindre än", longWaitNote: "",
		worstWait: "Nittionio av hundra", worstWaitNote: "", gaveUp: "Gav upp", gaveUpNote: "lämnade före svar",
		occupancy: "Beläggning", occupancyNote: "andel av redo tid med kontakt eller efterarbete",
		laws: "%d lagar brutna på %d händelser.", unaudited: "%d händelser; lagarna kontrollerades inte.", pace: "%.2f miljoner händelser/s, %.1f s, hash %s",
		columns: []string{"kö", "mål s", "kontakter per dag", "servicenivå", "medelväntetid s", "90 % s", "gav upp"},
		groups:  map[string]string{"live": "alla direkta kanaler", "deferred": "alla skriftliga kanaler med uppskjutet svar"},
	},
}
