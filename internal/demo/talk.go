package demo

// dialogue is one matter as a customer tells it and an agent answers it, turn by turn.
type dialogue struct {
	topic   string // key of the queue
	reason  string // key of the reason
	outcome string
	lines   []string // customer, agent, customer, agent ...
}

// dialogues are invented conversations, by language.
var dialogues = map[string][]dialogue{
	"nb": {
		{"faktura", "faktura-hoy", "solved", []string{
			"Hei! Fakturaen for oktober er nesten dobbelt så høy som vanlig. Kan det stemme?",
			"Hei! Det forstår jeg at du stusser på. Jeg ser at forbruket er stipulert. Kan du lese av måleren for meg?",
			"Ja, den står på 48 213.", "Takk! Da regner jeg om. Du får en kreditnota på 612 kroner og en ny faktura i morgen.", "Så bra, tusen takk!"}},
		{"faktura", "faktura-utsett", "solved", []string{
			"Hei, jeg får ikke betalt regningen før lønna kommer den 15. Går det an å vente?",
			"Hei! Det går fint. Jeg flytter forfallet til den 20., uten gebyr.", "Supert, da slipper jeg å bekymre meg."}},
		{"strom", "strom-bytte", "solved", []string{
			"Jeg vil bytte fra fastpris til spotpris. Hvordan gjør jeg det?",
			"Det kan jeg ordne nå. Fastprisen din har ingen bindingstid igjen. Skal jeg bytte fra den første i neste måned?", "Ja takk, gjør det.",
			"Da er det gjort, og du har en bekreftelse på e-post om et øyeblikk."}},
		{"strom", "strom-pris", "solved", []string{
			"Hva er forskjellen på spotpris og prisområde NO2? Jeg skjønner ikke fakturaen.",
			"Godt spørsmål. Spotprisen settes time for time, og NO2 er området du bor i. Vil du at jeg sender deg en forklaring med tallene dine?", "Ja, gjerne."}},
		{"fiber", "fiber-tregt", "solved", []string{
			"Nettet er kjempetregt i stua. Vi betaler for 500 Mbit!",
			"Det skal vi få skikk på. Ser du hvilken farge lampen på ruteren har?", "Den er grønn.",
			"Da er linja i orden. Jeg ser at ruteren din står på en full kanal. Jeg bytter nå. Prøver du igjen?", "Nå er det mye bedre, takk!"}},
		{"fiber", "fiber-ned", "follow_up", []string{
			"Hei, vi har ikke internett. Det røde lyset på boksen blinker.",
			"Uff. Jeg måler linja nå. Det ser ut som et brudd i gata. En montør kommer mellom 12 og 16.", "Ok, får vi beskjed?", "Ja, du får en melding på telefonen når han er på vei."}},
		{"flytting", "flytting-inn", "solved", []string{
			"Vi flytter inn i ny leilighet den 1. Hva må vi gjøre med strømmen?",
			"Gratulerer! Jeg trenger adressen og målernummeret, så ordner jeg resten.", "Fjellveien 3, måleren slutter på 4471.", "Takk, da er strømmen klar til dere fra den 1."}},
	},
	"sv": {
		{"faktura-sverige", "faktura-stipulert", "solved", []string{
			"Hej! Min faktura bygger på uppskattad förbrukning. Varför läser ni inte av mätaren?",
			"Hej! Jag förstår. Mätaren har inte skickat värden i oktober. Kan du läsa av den åt mig?", "Den visar 18 402.", "Tack! Jag räknar om fakturan direkt. Du får en ny i morgon.", "Tack för hjälpen!"}},
		{"faktura-sverige", "faktura-hoy", "not_solved", []string{
			"Fakturan är dubbelt så hög som förra månaden, det kan inte stämma!",
			"Jag ser att det har varit kallare och att priset steg. Jag kan lägga upp en delbetalning om det hjälper?", "Nja. Jag vill ha en förklaring skriftligt.", "Det ordnar jag. Du får den på mejl inom en vecka."}},
		{"el-sverige", "strom-bytte", "solved", []string{
			"Hej, jag vill byta till rörligt elavtal.", "Hej! Ditt fasta avtal går ut om två veckor. Ska jag byta då?", "Ja tack.", "Klart! Bekräftelsen kommer på mejl."}},
		{"fiber-sverige", "fiber-ruter", "solved", []string{
			"Wifi når inte till sovrummet. Vad kan jag göra?", "En förstärkare brukar räcka. Var står routern i dag?", "I hallen, bakom ett skåp.", "Prova att flytta fram den först. Hjälper det inte skickar jag en förstärkare utan kostnad.", "Det funkade, tack!"}},
	},
	"en": {
		{"strom", "strom-pris", "solved", []string{
			"Hi, I have just moved to Norway. What is the cheapest power contract?", "Welcome! Most people choose the spot price. What does your home heat with?", "Electric panels, mostly.", "Then I would suggest spot price with a monthly cap. Shall I set it up?", "Yes please."}},
	},
}

var firstNames = map[string][]string{
	"nb": {"Aud", "Berit", "Egil", "Finn", "Guro", "Hallvard", "Jorunn", "Kristoffer", "Liv", "Magnus", "Nora", "Oskar", "Petra", "Rune", "Solveig", "Tiril"},
	"sv": {"Agneta", "Bertil", "Cecilia", "Doris", "Emil", "Filippa", "Gustav", "Hedda", "Ingvar", "Jonna"},
	"en": {"Amira", "Brandon", "Chloe", "Dmitri", "Elif"},
}

var lastNames = map[string][]string{
	"nb": {"Nordbømoen", "Fjellstua", "Havnevik", "Lyngmark", "Rustadmo", "Skarbøvik", "Tveitmark", "Vikanesmo"},
	"sv": {"Björkliden", "Forsgrenius", "Hagbyholm", "Lindskogen", "Sjöqvarn", "Åkervall"},
	"en": {"Ashdale", "Brookmere", "Corwenna", "Dalegarth"},
}
