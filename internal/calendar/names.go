package calendar

import "slices"

// nameLanguages is the order of the columns of names.
var nameLanguages = []string{"en", "nb", "nn", "sv", "da", "fi"}

// names holds every holiday's name in English, bokmål, nynorsk, Swedish and, where the day is kept there, Danish and Finnish.
var names = map[string][]string{
	"new_year":               {"New Year's Day", "Første nyttårsdag", "Første nyttårsdag", "Nyårsdagen", "Nytårsdag", "Uudenvuodenpäivä"},
	"epiphany_eve":           {"Epiphany Eve", "Helligtrekongersaften", "Heilagtrekongarsaftan", "Trettondagsafton"},
	"epiphany":               {"Epiphany", "Helligtrekongersdag", "Heilagtrekongarsdag", "Trettondedag jul", "Helligtrekongersdag", "Loppiainen"},
	"easter_wednesday":       {"Wednesday before Easter", "Onsdag før skjærtorsdag", "Onsdag før skjærtorsdag", "Onsdag i påskveckan"},
	"maundy_thursday":        {"Maundy Thursday", "Skjærtorsdag", "Skjærtorsdag", "Skärtorsdagen", "Skærtorsdag", "Kiirastorstai"},
	"good_friday":            {"Good Friday", "Langfredag", "Langfredag", "Långfredagen", "Langfredag", "Pitkäperjantai"},
	"easter_eve":             {"Holy Saturday", "Påskeaften", "Påskeaftan", "Påskafton", "Påskelørdag", "Lankalauantai"},
	"easter_day":             {"Easter Day", "Første påskedag", "Første påskedag", "Påskdagen", "Påskedag", "Pääsiäispäivä"},
	"easter_monday":          {"Easter Monday", "Andre påskedag", "Andre påskedag", "Annandag påsk", "Anden påskedag", "Toinen pääsiäispäivä"},
	"great_prayer_day":       {"Great Prayer Day", "Store bededag", "Store bededag", "Stora bönedagen", "Store bededag"},
	"walpurgis_eve":          {"Walpurgis Eve", "Valborgsaften", "Valborgsaftan", "Valborgsmässoafton", "Valborgsaften", "Vapunaatto"},
	"labour_day":             {"Labour Day", "Arbeidernes dag", "Arbeidaranes dag", "Första maj", "Første maj", "Vappu"},
	"constitution_day_no":    {"Constitution Day", "Grunnlovsdagen", "Grunnlovsdagen", "Norges grundlagsdag"},
	"constitution_day_dk":    {"Constitution Day", "Grunnlovsdagen i Danmark", "Grunnlovsdagen i Danmark", "Danmarks grundlagsdag", "Grundlovsdag"},
	"ascension_day":          {"Ascension Day", "Kristi himmelfartsdag", "Kristi himmelfartsdag", "Kristi himmelsfärdsdag", "Kristi himmelfartsdag", "Helatorstai"},
	"whit_eve":               {"Whit Saturday", "Pinseaften", "Pinseaftan", "Pingstafton", "Pinselørdag"},
	"whit_sunday":            {"Whit Sunday", "Første pinsedag", "Første pinsedag", "Pingstdagen", "Pinsedag", "Helluntaipäivä"},
	"whit_monday":            {"Whit Monday", "Andre pinsedag", "Andre pinsedag", "Annandag pingst", "Anden pinsedag"},
	"national_day_se":        {"National Day of Sweden", "Sveriges nasjonaldag", "Sveriges nasjonaldag", "Sveriges nationaldag"},
	"midsummer_eve_st_john":  {"St John's Eve", "Sankthansaften", "Sankthansaftan", "Sankt Hansafton", "Sankthansaften"},
	"midsummer_eve":          {"Midsummer Eve", "Midtsommeraften", "Midtsommaraftan", "Midsommarafton", "Midsommeraften", "Juhannusaatto"},
	"midsummer_day":          {"Midsummer Day", "Midtsommerdagen", "Midtsommardagen", "Midsommardagen", "Midsommerdag", "Juhannuspäivä"},
	"all_saints_eve":         {"All Saints' Eve", "Allehelgensaften", "Allehelgensaftan", "Alla helgons afton"},
	"all_saints_day":         {"All Saints' Day", "Allehelgensdag", "Allehelgensdag", "Alla helgons dag", "Allehelgensdag", "Pyhäinpäivä"},
	"independence_day_fi":    {"Independence Day", "Finlands selvstendighetsdag", "Finlands sjølvstendedag", "Självständighetsdagen", "Finlands uafhængighedsdag", "Itsenäisyyspäivä"},
	"christmas_eve":          {"Christmas Eve", "Julaften", "Julaftan", "Julafton", "Juleaften", "Jouluaatto"},
	"christmas_day":          {"Christmas Day", "Første juledag", "Første juledag", "Juldagen", "Juledag", "Joulupäivä"},
	"boxing_day":             {"Boxing Day", "Andre juledag", "Andre juledag", "Annandag jul", "Anden juledag", "Tapaninpäivä"},
	"new_years_eve":          {"New Year's Eve", "Nyttårsaften", "Nyttårsaftan", "Nyårsafton", "Nytårsaften", "Uudenvuodenaatto"},
	"martin_luther_king_day": {"Martin Luther King Jr. Day", "Martin Luther King-dagen", "Martin Luther King-dagen", "Martin Luther King-dagen"},
	"presidents_day":         {"Presidents' Day", "Presidentenes dag", "Dagen til presidentane", "Presidenternas dag"},
	"memorial_day":           {"Memorial Day", "USAs minnedag", "USAs minnedag", "USA:s minnesdag"},
	"juneteenth":             {"Juneteenth", "Juneteenth", "Juneteenth", "Juneteenth"},
	"independence_day_us":    {"Independence Day", "USAs uavhengighetsdag", "USAs uavhengigheitsdag", "USA:s självständighetsdag"},
	"labor_day":              {"Labor Day", "USAs arbeiderdag", "USAs arbeidardag", "USA:s arbetardag"},
	"columbus_day":           {"Columbus Day", "Columbusdagen", "Columbusdagen", "Columbusdagen"},
	"veterans_day":           {"Veterans Day", "Veterandagen", "Veterandagen", "Veterandagen"},
	"thanksgiving_eve":       {"Day before Thanksgiving", "Dagen før Thanksgiving", "Dagen før Thanksgiving", "Dagen före Thanksgiving"},
	"thanksgiving":           {"Thanksgiving Day", "Thanksgiving", "Thanksgiving", "Thanksgiving"},
	"day_after_thanksgiving": {"Day after Thanksgiving", "Dagen etter Thanksgiving", "Dagen etter Thanksgiving", "Dagen efter Thanksgiving"},
	"rosh_hashanah_eve":      {"Rosh Hashanah Eve", "Rosh hashana-aften", "Rosh hashana-aftan", "Rosh hashana-afton"},
	"rosh_hashanah":          {"Rosh Hashanah", "Rosh hashana", "Rosh hashana", "Rosh hashana"},
	"rosh_hashanah_second":   {"Rosh Hashanah, second day", "Rosh hashana, andre dag", "Rosh hashana, andre dag", "Rosh hashana, andra dagen"},
	"yom_kippur_eve":         {"Yom Kippur Eve", "Jom kippur-aften", "Jom kippur-aftan", "Jom kippur-afton"},
	"yom_kippur":             {"Yom Kippur", "Jom kippur", "Jom kippur", "Jom kippur"},
	"sukkot_eve":             {"Sukkot Eve", "Sukkot-aften", "Sukkot-aftan", "Sukkot-afton"},
	"sukkot":                 {"Sukkot", "Sukkot (løvhyttefesten)", "Sukkot (lauvhyttefesten)", "Sukkot (lövhyddohögtiden)"},
	"hol_hamoed_sukkot":      {"Middle days of Sukkot", "Mellomdagene i sukkot", "Mellomdagane i sukkot", "Mellandagarna i sukkot"},
	"hoshana_rabbah":         {"Simchat Torah Eve", "Simchat tora-aften", "Simchat tora-aftan", "Simchat tora-afton"},
	"simchat_torah":          {"Simchat Torah", "Simchat tora", "Simchat tora", "Simchat tora"},
	"hanukkah":               {"Hanukkah", "Hanukka", "Hanukka", "Chanukka"},
	"purim":                  {"Purim", "Purim", "Purim", "Purim"},
	"shushan_purim":          {"Shushan Purim", "Shushan purim", "Shushan purim", "Shushan purim"},
	"passover_eve":           {"Passover Eve", "Pesach-aften", "Pesach-aftan", "Pesach-afton"},
	"passover":               {"Passover", "Pesach", "Pesach", "Pesach"},
	"hol_hamoed_passover":    {"Middle days of Passover", "Mellomdagene i pesach", "Mellomdagane i pesach", "Mellandagarna i pesach"},
	"passover_seventh_eve":   {"Eve of the seventh day of Passover", "Aften før sjuende dag av pesach", "Aftan før sjuande dag av pesach", "Afton före sjunde dagen av pesach"},
	"passover_seventh":       {"Seventh day of Passover", "Sjuende dag av pesach", "Sjuande dag av pesach", "Sjunde dagen av pesach"},
	"holocaust_day":          {"Holocaust Remembrance Day", "Israels holocaustdag", "Israels holocaustdag", "Israels förintelsedag"},
	"memorial_day_il":        {"Memorial Day of Israel", "Israels minnedag", "Israels minnedag", "Israels minnesdag"},
	"independence_day_il":    {"Independence Day of Israel", "Israels uavhengighetsdag", "Israels uavhengigheitsdag", "Israels självständighetsdag"},
	"lag_baomer":             {"Lag BaOmer", "Lag baomer", "Lag baomer", "Lag baomer"},
	"jerusalem_day":          {"Jerusalem Day", "Jerusalemdagen", "Jerusalemdagen", "Jerusalemdagen"},
	"shavuot_eve":            {"Shavuot Eve", "Shavuot-aften", "Shavuot-aftan", "Shavuot-afton"},
	"shavuot":                {"Shavuot", "Shavuot", "Shavuot", "Shavuot"},
	"tisha_bav":              {"Tisha B'Av", "Tisha b'av", "Tisha b'av", "Tisha b'av"},
	"election_day":           {"Election day", "Valgdag", "Valdag", "Valdag"},
	"winter_break":           {"Winter break", "Vinterferie", "Vinterferie", "Sportlov", "Vinterferie", "Talviloma"},
	"easter_break":           {"Easter break", "Påskeferie", "Påskeferie", "Påsklov", "Påskeferie", "Pääsiäisloma"},
	"summer_break":           {"Summer break", "Sommerferie", "Sommarferie", "Sommarlov", "Sommerferie", "Kesäloma"},
	"autumn_break":           {"Autumn break", "Høstferie", "Haustferie", "Höstlov", "Efterårsferie", "Syysloma"},
	"christmas_break":        {"Christmas break", "Juleferie", "Juleferie", "Jullov", "Juleferie", "Joululoma"},
	"industrial_holiday":     {"Industrial holiday", "Fellesferie", "Fellesferie", "Industrisemester", "Industriferie", "Teollisuuden kesäloma"},
}

func holidayName(key, language string) string {
	row, found := names[key]
	if !found {
		return key
	}
	if i := slices.Index(nameLanguages, language); i >= 0 && i < len(row) {
		return row[i]
	}
	return row[0]
}
