package sim

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
)

// The file's form; docs/spec/simulation.md describes every key.
type fileCentre struct {
	Name      string         `yaml:"name"`
	DayFactor float64        `yaml:"day_factor_cv"`
	Skills    []string       `yaml:"skills"`
	Partners  []string       `yaml:"partners"`
	Teams     []fileTeam     `yaml:"teams"`
	Capacity  []fileCapacity `yaml:"capacities"`
	Queues    []fileQueue    `yaml:"queues"`
	Agents    []fileAgents   `yaml:"agents"`
	Lending   []fileLending  `yaml:"lending"`
	Rules     fileRules      `yaml:"rules"`
	Behaviour map[string]any `yaml:"behaviour"`
}

type fileTeam struct {
	Name    string `yaml:"name"`
	Partner string `yaml:"partner"`
}

type fileCapacity struct {
	Name     string                 `yaml:"name"`
	Total    int32                  `yaml:"total"`
	Channels map[string]fileChannel `yaml:"channels"`
	WrapUp   bool                   `yaml:"offers_during_wrap_up"`
}

type fileChannel struct {
	Weight int32    `yaml:"weight"`
	Max    int32    `yaml:"max"`
	Beside []string `yaml:"beside"`
	Parks  []string `yaml:"parks"`
}

type fileQueue struct {
	Name         string        `yaml:"name"`
	Weight       int64         `yaml:"weight"`
	Target       seconds       `yaml:"target_s"`
	AgeGuarantee seconds       `yaml:"age_guarantee_s"`
	Offer        seconds       `yaml:"offer_s"`
	WrapUp       seconds       `yaml:"wrap_up_s"`
	WrapUpMax    seconds       `yaml:"wrap_up_max_s"`
	Open         string        `yaml:"open"`
	Steps        []fileStep    `yaml:"steps"`
	Callback     filePromise   `yaml:"callback"`
	Traffic      []fileTraffic `yaml:"traffic"`
}

type fileStep struct {
	After     seconds          `yaml:"after_s"`
	Needs     map[string]uint8 `yaml:"needs"`
	Teams     []string         `yaml:"teams"`
	Partners  []string         `yaml:"partners"`
	AllHands  bool             `yaml:"all_hands"`
	DropNeeds bool             `yaml:"drop_contact_needs"`
}

type filePromise struct {
	CustomerFirst bool    `yaml:"customer_first"`
	Attempts      int32   `yaml:"attempts"`
	Retry         seconds `yaml:"retry_s"`
	Dial          seconds `yaml:"dial_s"`
	Cap           int32   `yaml:"cap"`
}

type fileTraffic struct {
	Channel  string       `yaml:"channel"`
	From     string       `yaml:"from"`
	Interval int          `yaml:"interval_min"`
	Arrivals []float64    `yaml:"arrivals"`
	PerHour  float64      `yaml:"arrivals_per_hour"`
	Handling fileSpread   `yaml:"handling"`
	WrapUp   fileSpread   `yaml:"wrap_up"`
	Patience filePatience `yaml:"patience"`
	Kinds    []fileKind   `yaml:"kinds"`
}

type fileSpread struct {
	Shape string  `yaml:"shape"`
	Mean  seconds `yaml:"mean_s"`
	SD    seconds `yaml:"sd_s"`
}

type filePatience struct {
	AtOnce float64    `yaml:"at_once"`
	Parts  []filePart `yaml:"parts"`
}

type filePart struct {
	Share float64 `yaml:"share"`
	Shape string  `yaml:"shape"`
	Mean  seconds `yaml:"mean_s"`
	SD    seconds `yaml:"sd_s"`
}

type fileKind struct {
	Share float64          `yaml:"share"`
	Needs map[string]uint8 `yaml:"needs"`
}

type fileAgents struct {
	Count    int              `yaml:"count"`
	Team     string           `yaml:"team"`
	Capacity string           `yaml:"capacity"`
	Skills   map[string]uint8 `yaml:"skills"`
	Shift    string           `yaml:"shift"`
}

type fileLending struct {
	Lender     string  `yaml:"lender"`
	Queue      string  `yaml:"queue"`
	After      seconds `yaml:"after_s"`
	MinFree    int32   `yaml:"min_free"`
	OpenBelow  int32   `yaml:"open_below"`
	CloseAbove int32   `yaml:"close_above"`
}

type fileRules struct {
	PriorityCredit []seconds `yaml:"priority_credit_s"`
	LostGrace      seconds   `yaml:"lost_grace_s"`
	ReturnHold     seconds   `yaml:"return_hold_s"`
	DirectHold     seconds   `yaml:"direct_hold_s"`
	LapsesToAway   int32     `yaml:"lapses_to_away"`
	DeclineCool    seconds   `yaml:"decline_cool_s"`
	Told           []string  `yaml:"told"`
}

// seconds is a duration in the file: a number of seconds, whole or not.
type seconds float64

func (s seconds) ms() int64               { return int64(float64(s)*1000 + 0.5) }
func (s seconds) duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// ReadCentre reads a centre from YAML. An error is Invalid and names the file's line, the place and the reason.
func ReadCentre(file string, text []byte) (*Centre, error) {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, syntaxError(file, err)
	}
	var raw fileCentre
	if err := yaml.UnmarshalWithOptions(text, &raw, yaml.Strict()); err != nil {
		return nil, syntaxError(file, err)
	}
	r := &reader{file: file, tree: tree}
	c := r.centre(&raw)
	if r.err != nil {
		return nil, r.err
	}
	if err := c.Validate(); err != nil {
		return nil, centre.Errorf(centre.Invalid, "%s: %w", file, err)
	}
	if err := routing.ValidateSettings(&c.Settings); err != nil {
		return nil, centre.Errorf(centre.Invalid, "%s: %w", file, err)
	}
	return c, nil
}

// syntaxError keeps the line and the reason of a YAML error and drops its picture of the source.
func syntaxError(file string, err error) error {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil && at.GetToken().Position != nil {
		return centre.ErrorAt(centre.Invalid, fmt.Sprintf("%s:%d", file, at.GetToken().Position.Line), "%s", at.GetMessage())
	}
	return centre.Errorf(centre.Invalid, "%s: %w", file, err)
}

// reader turns the file's names into ids and remembers the first fault.
type reader struct {
	file string
	tree *ast.File
	err  error

	skills, partners, teams, capacities, queues map[string]int
}

// fault records the first error at a path such as queues[2].steps[0].
func (r *reader) fault(path, format string, args ...any) {
	if r.err != nil {
		return
	}
	where := r.file
	// The place may be a key that is missing: then the line of what should hold it is told.
	for p := "$." + path; ; {
		if y, err := yaml.PathString(p); err == nil {
			if node, err := y.FilterFile(r.tree); err == nil && node.GetToken() != nil {
				where = fmt.Sprintf("%s:%d", r.file, node.GetToken().Position.Line)
				break
			}
		}
		cut := strings.LastIndexAny(p, ".[")
		if cut <= 1 {
			break
		}
		p = p[:cut]
	}
	r.err = centre.ErrorAt(centre.Invalid, where, "%s: %s", path, fmt.Sprintf(format, args...))
}

// names numbers a list of names from 1.
func (r *reader) names(path string, n int, name func(int) string) map[string]int {
	out := make(map[string]int, n)
	for i := range n {
		s := name(i)
		if s == "" {
			r.fault(fmt.Sprintf("%s[%d]", path, i), "it has no name")
		}
		if out[s] != 0 {
			r.fault(fmt.Sprintf("%s[%d]", path, i), "the name %q is taken", s)
		}
		out[s] = i + 1
	}
	return out
}

// find looks a name up; an unknown one is a fault.
func (r *reader) find(names map[string]int, kind, path, name string) int {
	id, ok := names[name]
	if !ok {
		r.fault(path, "no %s is called %q", kind, name)
	}
	return id
}

func (r *reader) share(path string, x float64) float64 {
	if !(x >= 0 && x <= 1) {
		r.fault(path, "%g is not a share from 0 to 1", x)
	}
	return x
}

func (r *reader) spread(path string, s fileSpread) Spread {
	out := Spread{Mean: s.Mean.duration(), SD: s.SD.duration()}
	if !(s.Mean >= 0 && s.Mean <= 30*86400) || !(s.SD >= 0 && s.SD <= 300*86400) {
		r.fault(path, "mean_s and sd_s must be from 0 to thirty days")
	}
	switch s.Shape {
	case "", "lognormal":
	case "exponential":
		out.Shape = Exponential
	case "constant":
		out.Shape = Constant
	case "uniform":
		out.Shape = Uniform
	default:
		r.fault(path+".shape", "shape %q: want lognormal, exponential, constant or uniform", s.Shape)
	}
	return out
}

// span reads "08:00-16:30"; nothing means round the clock.
func (r *reader) span(path, s string) (from, to time.Duration) {
	if s == "" {
		return 0, 0
	}
	a, b, ok := strings.Cut(s, "-")
	from, to = r.clock(path, a), r.clock(path, b)
	if !ok || to <= from {
		r.fault(path, "%q is not a span of one day such as 08:00-16:30", s)
	}
	return from, to
}

func (r *reader) clock(path, s string) time.Duration {
	var h, m int
	if n, err := fmt.Sscanf(s+"\n", "%d:%02d\n", &h, &m); n != 2 || err != nil || h < 0 || h > 24 || m < 0 || m > 59 || h*60+m > 24*60 {
		r.fault(path, "%q is not a time of day such as 08:00", s)
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
}

// needs turns names into a sorted list of requirements.
func (r *reader) needs(path string, m map[string]uint8) []routing.Need {
	var out []routing.Need
	for id := range len(r.skills) {
		for name, level := range m {
			if r.skills[name] == id+1 {
				out = append(out, routing.Need{Skill: centre.SkillID(id + 1), Level: level})
			}
		}
	}
	for name, level := range m {
		r.find(r.skills, "skill", path, name)
		if level < 1 || level > 9 {
			r.fault(path+"."+name, "level %d: want 1 to 9", level)
		}
	}
	return out
}
