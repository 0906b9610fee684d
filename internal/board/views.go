// Package board folds the committed feed into the figures of the wall: queues, service levels, agents by state, contacts per interval and
// what the customers answered, live and with the very functions that history uses.
//
// It owns no truth: everything is rebuilt from the read models at start. It refuses individual rankings: figures are per queue, team, brand and partner.
// Begin reading in views.go, then board.go.
package board

import "sentral/internal/centre"

// Filter chooses a page of the wall; zero fields do not filter.
type Filter struct {
	Formula string           `json:"formula" query:"formula" enum:"answered_of_offered,answered_of_answered,answered_or_abandoned_of_offered,connect,genesys,genesys_short_off,genesys_abandons_off,cisco_ignored,cisco_negative,cisco_positive,queue" default:"queue" doc:"Service-level formula; queue means each queue's own."`
	Team    centre.TeamID    `json:"team_id" query:"team_id"`
	Brand   centre.BrandID   `json:"brand_id" query:"brand_id"`
	Partner centre.PartnerID `json:"partner_id" query:"partner_id"`
}

// Level is a service level with its formula and counts named beside it.
type Level struct {
	Permille     int    `json:"permille" doc:"-1 when there is nothing to divide by."`
	Numerator    int64  `json:"numerator"`
	Denominator  int64  `json:"denominator"`
	Formula      string `json:"formula"`
	WithinMS     int64  `json:"within_ms"`
	GoalPermille int    `json:"goal_permille"`
}

// Answered is a survey figure with its uncertainty; the interval is absent while n is too small.
type Answered struct {
	N    int      `json:"n"`
	Mean *float64 `json:"mean,omitempty" doc:"0-100."`
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}

// Queue is one row of the wall.
type Queue struct {
	ID            centre.QueueID `json:"id"`
	Name          string         `json:"name"`
	Brand         centre.BrandID `json:"brand_id"`
	Channels      []string       `json:"channels" nullable:"false"`
	Open          bool           `json:"open"`
	Waiting       int            `json:"waiting"`
	LongestWaitMS int64          `json:"longest_wait_ms"`
	Level         Level          `json:"level" doc:"Today."`
	LevelNow      Level          `json:"level_now" doc:"The current quarter of an hour."`
	AnswerMS      int64          `json:"average_speed_of_answer_ms"`
	HandleMS      int64          `json:"average_handling_ms"`
	Offered       int64          `json:"contacts_today"`
	Answered      int64          `json:"answered_today"`
	Abandoned     int64          `json:"abandoned_today"`
	Free          int            `json:"agents_free"`
	SignedIn      int            `json:"agents_signed_in"`
	OKS           Answered       `json:"oks"`
	Solved        Answered       `json:"solved"`
}

// Interval is the contacts of one quarter of an hour.
type Interval struct {
	Start       centre.Instant `json:"start_ms"`
	Arrived     int64          `json:"arrived"`
	Answered    int64          `json:"answered"`
	Abandoned   int64          `json:"abandoned"`
	InTarget    int64          `json:"in_target"`
	Typical     *float64       `json:"typical,omitempty" doc:"The mean of the same interval on the same weekday of the last eight weeks, when known."`
	TypicalLow  *float64       `json:"typical_low,omitempty"`
	TypicalHigh *float64       `json:"typical_high,omitempty"`
}

// States counts agents by what the engine knows of them.
type States struct {
	Free     int `json:"free"`
	Ringing  int `json:"ringing"`
	Talking  int `json:"talking"`
	Wrapping int `json:"wrapping"`
	Paused   int `json:"paused"`
	Away     int `json:"away"`
	Lost     int `json:"lost"`
}

// Highlight is one line of the wall's good news or of what needs a hand; the screen words it from code and numbers.
type Highlight struct {
	Good  bool           `json:"good"`
	Code  string         `json:"code" enum:"level_above_goal,level_below_goal,no_waiting,longest_wait_over_target,oks_high,oks_low,solved_high,best_hour,abandon_high,all_answered"`
	Queue centre.QueueID `json:"queue_id,omitempty"`
	Name  string         `json:"name,omitempty"`
	Value float64        `json:"value"`
	Goal  float64        `json:"goal,omitempty"`
}

// Wall is the whole page.
type Wall struct {
	Seq             int64          `json:"seq"`
	Now             centre.Instant `json:"now_ms"`
	Title           string         `json:"title" doc:"The team, brand or partner of the page, or the organisation."`
	Waiting         int            `json:"waiting"`
	LongestWaitMS   int64          `json:"longest_wait_ms"`
	LongestTargetMS int64          `json:"longest_wait_target_ms"`
	Level           Level          `json:"level"`
	LevelNow        Level          `json:"level_now"`
	AnswerMS        int64          `json:"average_speed_of_answer_ms"`
	Contacts        int64          `json:"contacts_today"`
	Handled         int64          `json:"handled_today"`
	Abandoned       int64          `json:"abandoned_today"`
	Agents          States         `json:"agents"`
	OKS             Answered       `json:"oks"`
	Solved          Answered       `json:"solved"`
	Queues          []Queue        `json:"queues" nullable:"false"`
	Intervals       []Interval     `json:"intervals" nullable:"false" doc:"Today from the first opening, by quarter of an hour."`
	Highlights      []Highlight    `json:"highlights" nullable:"false"`
}
