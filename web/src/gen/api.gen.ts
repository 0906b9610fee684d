// Code generated from the Go API by `go generate ./web`. DO NOT EDIT.
export type AcceptInvitationRequest = { "password": string; "token": string; }
export type AccessAuditLine = { "agent_id"?: number; "at_ms": number; "detail"?: string; "id": number; "object"?: string; "what": string; "who": string; }
export type AccessAuditPage = { "lines": Array<AccessAuditLine>; "more": boolean; "part": boolean; "whole": boolean; }
export type AccessCeremony = { "id": string; "options": unknown; }
export type AccessGrant = { "role": "agent" | "leader" | "analyst" | "planner" | "administrator" | "privacy"; "scope": AccessScope; }
export type AccessInvitation = { "expires_ms": number; "link": string; }
export type AccessKeySecret = { "expires_ms"?: number; "grants": Array<AccessGrant>; "id": number; "name": string; "prefix": string; "secret": string; "since_ms": number; "used_ms"?: number; }
export type AccessKeyView = { "expires_ms"?: number; "grants": Array<AccessGrant>; "id": number; "name": string; "prefix": string; "since_ms": number; "used_ms"?: number; }
export type AccessMe = { "actions": Array<string>; "agent_id": number; "demo": boolean; "email": string; "fresh": boolean; "grants": Array<AccessGrant>; "name": string; "organisation": string; "passkeys": number; "preferences": AccessPreferences; "team_id"?: number; "totp": boolean; }
export type AccessNewKey = { "days": number; "grants": Array<AccessGrant>; "name": string; }
export type AccessPasskeyAnswer = { "credential": unknown; "id": string; "name": string; }
export type AccessPasskeyView = { "id": number; "name": string; "since_ms": number; "used_ms"?: number; }
export type AccessPreferences = { "density": "compact" | "roomy"; "desktop_notifications": boolean; "language": "nb" | "nn" | "sv" | "en"; "layout"?: unknown; "scheme": "auto" | "light" | "dark"; "shortcuts": boolean; "sounds": boolean; "undo_send_seconds": number; }
export type AccessScope = { "id"?: number; "kind": "organisation" | "brand" | "team" | "queue" | "partner"; }
export type AccessSessionView = { "browser": string; "here": boolean; "id": string; "seen_ms": number; "since_ms": number; }
export type AccessTOTPSecret = { "image": string; "secret": string; "uri": string; }
export type AddNoteRequest = { "key": string; "text": string; }
export type BoardAnswered = { "high"?: number; "low"?: number; "mean"?: number; "n": number; }
export type BoardHighlight = { "code": "level_above_goal" | "level_below_goal" | "no_waiting" | "longest_wait_over_target" | "oks_high" | "oks_low" | "solved_high" | "best_hour" | "abandon_high" | "all_answered"; "goal"?: number; "good": boolean; "name"?: string; "queue_id"?: number; "value": number; }
export type BoardInterval = { "abandoned": number; "answered": number; "arrived": number; "in_target": number; "start_ms": number; "typical"?: number; "typical_high"?: number; "typical_low"?: number; }
export type BoardLevel = { "denominator": number; "formula": string; "goal_permille": number; "numerator": number; "permille": number; "within_ms": number; }
export type BoardPage = { "id"?: number; "kind": "organisation" | "brand" | "team" | "partner"; "name": string; }
export type BoardQueue = { "abandoned_today": number; "agents_free": number; "agents_signed_in": number; "answered_today": number; "average_handling_ms": number; "average_speed_of_answer_ms": number; "brand_id": number; "channels": Array<string>; "contacts_today": number; "id": number; "level": BoardLevel; "level_now": BoardLevel; "longest_wait_ms": number; "name": string; "oks": BoardAnswered; "open": boolean; "solved": BoardAnswered; "waiting": number; }
export type BoardStates = { "away": number; "free": number; "lost": number; "paused": number; "ringing": number; "talking": number; "wrapping": number; }
export type BoardWall = { "abandoned_today": number; "agents": BoardStates; "average_speed_of_answer_ms": number; "contacts_today": number; "handled_today": number; "highlights": Array<BoardHighlight>; "intervals": Array<BoardInterval>; "level": BoardLevel; "level_now": BoardLevel; "longest_wait_ms": number; "longest_wait_target_ms": number; "now_ms": number; "oks": BoardAnswered; "queues": Array<BoardQueue>; "seq": number; "solved": BoardAnswered; "title": string; "waiting": number; }
export type ChangePasswordRequest = { "new": string; "old": string; }
export type ChatBrand = { "colour": string; "deferred": boolean; "greeting": string; "hours": Array<string>; "language": "nb" | "nn" | "sv" | "en"; "max_file_bytes": number; "name": string; "open": boolean; "opens_at_ms"?: number; "phone"?: string; "privacy_url"?: string; "topics": Array<ChatTopic>; }
export type ChatConversation = { "agent"?: string; "contact_id"?: number; "deferred": boolean; "files": boolean; "messages": Array<ConversationMessage>; "place": ChatPlace; "reference"?: string; "seq": number; "state": "none" | "waiting" | "talking" | "ended"; "survey": "none" | "open" | "answered"; }
export type ChatIntroduction = { "identity"?: string; "key": string; "previous"?: string; }
export type ChatPlace = { "position": number; "wait_high_ms": number; "wait_low_ms": number; }
export type ChatReadMark = { "at_ms": number; "message_id": number; }
export type ChatSecretOf = { "secret": string; }
export type ChatStart = { "deferred"?: boolean; "email"?: string; "key": string; "language"?: "nb" | "nn" | "sv" | "en"; "name"?: string; "page"?: string; "queue_id"?: number; "text": string; }
export type ChatState = { "agent"?: string; "files": boolean; "state": "none" | "waiting" | "talking" | "ended"; "survey": "none" | "open" | "answered"; }
export type ChatSurveyAnswer = { "comment"?: string; "contact_id": number; "oks": number; "solved": "yes" | "no" | "dont_know"; }
export type ChatToken = { "token": string; "verified": boolean; }
export type ChatTopic = { "name": string; "queue_id": number; }
export type ChooseLineRequest = { "line": "browser" | "desk"; }
export type ConfigAccount = { "active": boolean; "id": number; "key": string; "person": string; "user": string; }
export type ConfigBrand = { "colour": string; "greeting": Record<string, string>; "id": number; "key": string; "market": string; "name": string; "origins": Array<string>; "phone"?: string; "privacy_url"?: string; "topics": Array<ConfigTopic>; "widget_key": string; }
export type ConfigCallback = { "attempts": number; "cap": number; "customer_first": boolean; "dial_s": number; "retry_s": number; }
export type ConfigCanned = { "brand"?: string; "id": number; "key": string; "text": Record<string, string>; "title": Record<string, string>; }
export type ConfigCapacity = { "channels": Array<ConfigChannelShare>; "id": number; "key": string; "name": string; "offers_during_wrap_up": boolean; "total": number; }
export type ConfigChannelShare = { "beside": Array<string>; "channel": "phone" | "chat" | "email" | "messenger" | "form" | "visit" | "callback" | "bot"; "max": number; "parked_by": Array<string>; "weight": number; }
export type ConfigDay = { "day": "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun"; "periods": Array<string>; }
export type ConfigDialCaps = { "calls_per_day": number; "calls_per_hour": number; "cost_ore_per_day": number; "cost_ore_per_hour": number; }
export type ConfigDialRule = { "allow": boolean; "cost_ore_per_min": number; "cost_ore_per_text": number; "name"?: string; "prefix": string; "texts": boolean; }
export type ConfigDifference = { "new"?: string; "old"?: string; "where": string; }
export type ConfigDocument = { "brands": Array<ConfigBrand>; "canned": Array<ConfigCanned>; "capacities": Array<ConfigCapacity>; "hours": Array<ConfigHours>; "lending": Array<ConfigLending>; "markets": Array<ConfigMarket>; "organisation": ConfigOrganisation; "partners": Array<ConfigPartner>; "pauses": Array<ConfigPause>; "people": Array<ConfigPerson>; "phone": ConfigPhone; "queues": Array<ConfigQueue>; "reasons": Array<ConfigReason>; "rules": ConfigRules; "skills": Array<ConfigSkill>; "teams": Array<ConfigTeam>; }
export type ConfigException = { "date": string; "name": string; "periods": Array<string>; }
export type ConfigFault = { "line"?: number; "text": string; "where": string; }
export type ConfigGrantText = { "key"?: string; "role": "agent" | "leader" | "analyst" | "planner" | "administrator" | "privacy"; "scope": "organisation" | "brand" | "team" | "queue" | "partner"; }
export type ConfigHours = { "exceptions": Array<ConfigException>; "holidays": "closed" | "as_usual"; "id": number; "key": string; "market": string; "name": string; "week": Array<ConfigDay>; }
export type ConfigLending = { "after_s": number; "close_above_percent": number; "min_free": number; "open_below_percent": number; "queue": string; "team": string; }
export type ConfigMarket = { "country": "NO" | "SE" | "DK" | "FI"; "id": number; "key": string; "language": "nb" | "nn" | "sv" | "en"; "name": string; "time_zone": string; }
export type ConfigNeedText = { "level": number; "skill": string; }
export type ConfigOrganisation = { "language": "nb" | "nn" | "sv" | "en"; "name": string; "time_zone": string; }
export type ConfigOutbound = { "agent": ConfigDialCaps; "centre": ConfigDialCaps; "currency": "NOK" | "SEK" | "DKK" | "EUR"; "line"?: string; "max_minutes": number; "rules": Array<ConfigDialRule>; }
export type ConfigPartner = { "id": number; "key": string; "name": string; }
export type ConfigPause = { "id": number; "key": string; "kind": "break" | "meeting" | "training" | "other_work" | "private"; "limit_min"?: number; "name": Record<string, string>; }
export type ConfigPerson = { "active": boolean; "capacity"?: string; "email": string; "id": number; "key": string; "language": "nb" | "nn" | "sv" | "en"; "name": string; "roles": Array<ConfigGrantText>; "skills": Array<ConfigNeedText>; "team"?: string; }
export type ConfigPhone = { "accounts": Array<ConfigAccount>; "lines": Array<ConfigPhoneLine>; "notices": Array<ConfigPhoneNotice>; "on": boolean; "outbound": ConfigOutbound; "recording": ConfigRecording; "scripts": Array<ConfigScript>; "survey": ConfigPhoneSurvey; "texts": ConfigTexts; "trunks": Array<ConfigTrunk>; "wait": ConfigPhoneWait; "whisper": ConfigWhisper; }
export type ConfigPhoneLine = { "brand": string; "caller_id"?: string; "id": number; "key": string; "language": "nb" | "nn" | "sv" | "en"; "name": string; "number": string; "queue": string; "script"?: string; "text_from"?: string; }
export type ConfigPhoneNotice = { "above_s"?: number; "active": boolean; "brand"?: string; "id": number; "key": string; "queue"?: string; "text": Record<string, string>; "until"?: string; }
export type ConfigPhoneSurvey = { "by": "keys" | "link" | "off"; "text"?: Record<string, string>; }
export type ConfigPhoneWait = { "callback_above_s": number; "callback_off": boolean; "every_s": number; "expected": boolean; "music"?: string; "position": boolean; "promise_within_s": number; "redial_s": number; }
export type ConfigPurpose = { "basis": "none" | "notice" | "consent"; "id": number; "key": string; "name": Record<string, string>; "retention_days": number; }
export type ConfigQueue = { "age_guarantee_s": number; "brand": string; "callback": ConfigCallback; "channels": Array<string>; "formula": "answered_of_offered" | "answered_of_answered" | "answered_or_abandoned_of_offered" | "connect" | "genesys" | "genesys_short_off" | "genesys_abandons_off" | "cisco_ignored" | "cisco_negative" | "cisco_positive"; "goal_percent": number; "hours": string; "id": number; "key": string; "name": string; "offer_s": number; "short_abandon_s": number; "steps": Array<ConfigStep>; "survey": boolean; "target_s": number; "weight": number; "wrap_up_max_s": number; "wrap_up_s": number; }
export type ConfigReason = { "active": boolean; "id": number; "key": string; "name": Record<string, string>; "owner"?: string; "parent"?: string; }
export type ConfigRecording = { "card_pause_max_s": number; "delete_in_wrap_up": boolean; "purposes": Array<ConfigPurpose>; }
export type ConfigRules = { "decline_cool_s": number; "keep_conversations_months": number; "lapses_to_away": number; "lost_after_s": number; "lost_grace_s": number; "priority_credit_s": Array<number>; "return_hold_s": number; "survey_open_h": number; }
export type ConfigScript = { "id": number; "key": string; "name": string; "person"?: string; "repeat": number; "steps": Array<IvrStep>; "wait_s": number; }
export type ConfigSkill = { "id": number; "key": string; "kind": "product" | "language" | "brand" | "market" | "task"; "name": Record<string, string>; }
export type ConfigStep = { "after_s": number; "all_hands": boolean; "drop_contact_needs": boolean; "needs": Array<ConfigNeedText>; "partners": Array<string>; "teams": Array<string>; }
export type ConfigTeam = { "id": number; "key": string; "leader"?: string; "name": string; "partner"?: string; }
export type ConfigTextCaps = { "cost_ore_per_day": number; "cost_ore_per_hour": number; "messages_per_day": number; "messages_per_hour": number; }
export type ConfigTexts = { "auth": "none" | "bearer" | "basic" | "header"; "centre": ConfigTextCaps; "expect"?: string; "expire_min": number; "format": "json" | "form"; "from": string; "header"?: string; "keep_days": number; "method": "POST" | "PUT"; "on": boolean; "recipient": ConfigTextCaps; "repeats": boolean; "template"?: string; "timeout_s": number; "url": string; "user"?: string; }
export type ConfigTopic = { "name": Record<string, string>; "queue": string; }
export type ConfigTrunk = { "active": boolean; "caller_id"?: string; "codecs": Array<string>; "host": string; "id": number; "in_band_dtmf": boolean; "keep_alive_s": number; "key": string; "max_calls": number; "name": string; "optional"?: boolean; "priority": number; "register": boolean; "rel100": boolean; "session_timers": boolean; "sources": Array<string>; "srtp": "off" | "optional" | "required"; "transport": "udp" | "tcp" | "tls"; "user"?: string; }
export type ConfigWhisper = { "text"?: Record<string, string>; "when": "ringing" | "answered" | "off"; }
export type ConfirmTotpRequest = { "code": string; }
export type ContactAgent = { "id": number; "load": number; "name": string; "pause_id"?: number; "since_ms": number; "state": "gone" | "free" | "ringing" | "talking" | "wrapping" | "lost"; "status": "offline" | "ready" | "direct_only" | "paused" | "away"; "total": number; }
export type ContactColleague = { "id": number; "leader": boolean; "led": boolean; "name": string; "pause_id"?: number; "skill_ids": Array<number>; "state": "gone" | "free" | "ringing" | "talking" | "wrapping" | "lost"; "status": "offline" | "ready" | "direct_only" | "paused" | "away"; "team_id": number; }
export type ContactCustomer = { "customer_number"?: string; "email"?: string; "history": Array<ContactPastContact>; "id": number; "language"?: string; "name": string; "page"?: string; "phone"?: string; "remark"?: string; "verified": "none" | "signed"; "version"?: string; }
export type ContactCustomerChange = { "email"?: string; "language"?: "nb" | "nn" | "sv" | "en" | "da"; "name"?: string; "phone"?: string; "remark"?: string; "version": string; }
export type ContactDesk = { "agent": ContactAgent; "contacts": Array<ContactSummary>; "now_ms": number; "offers": Array<ContactOffer>; "queues": Array<ContactQueueCalm>; "seq": number; }
export type ContactDetail = { "contact": ContactSummary; "customer"?: ContactCustomer; "drafts": Array<ConversationDraft>; "messages": Array<ConversationMessage>; "more": boolean; "notes": Array<ConversationNote>; "outcome"?: string; "present": Array<ContactPresence>; "reason_id"?: number; "seq": number; }
export type ContactHandOver = { "agent_id"?: number; "queue_id"?: number; "team_id"?: number; "to": "queue" | "person" | "team" | "leader"; "words": string; }
export type ContactNamesChanged = { "version": number; }
export type ContactOffer = { "at_ms": number; "consult"?: boolean; "contact": ContactSummary; "from"?: string; "history": Array<ContactPastContact>; "id": number; "until_ms": number; "why": ContactWhy; "words"?: string; }
export type ContactOfferEnd = { "contact_id": number; "end": "accepted" | "declined" | "lapsed" | "withdrawn"; "id": number; }
export type ContactPastContact = { "agent"?: string; "at_ms": number; "brand_id": number; "channel": "phone" | "chat" | "email" | "messenger" | "form" | "visit" | "callback" | "bot"; "ended_at_ms"?: number; "id": number; "outcome"?: "solved" | "not_solved" | "follow_up" | "wrong_number"; "queue_id": number; "reason_id"?: number; "summary"?: string; }
export type ContactPresence = { "agent_id": number; "contact_id": number; "here": boolean; "name": string; "typing": boolean; }
export type ContactPreview = { "channel": "phone" | "chat" | "email" | "messenger" | "form" | "visit" | "callback" | "bot"; "priority"?: number; "queue_id": number; "skills"?: Array<ContactSkillNeed>; }
export type ContactPreviewResult = { "agent_id"?: number; "name"?: string; "steps": Array<ContactStepPool>; "wait_high_ms"?: number; "wait_low_ms"?: number; "why"?: ContactWhy; }
export type ContactQueueCalm = { "goal_permille": number; "id": number; "longest_wait_ms": number; "name": string; "open": boolean; "service_level_permille": number; "waiting": number; }
export type ContactQueues = { "queues": Array<ContactQueueCalm>; }
export type ContactReadMark = { "at_ms": number; "contact_id": number; "message_id": number; "side": "customer" | "agent"; }
export type ContactReset = { "seq": number; }
export type ContactSkillNeed = { "level": number; "skill_id": number; }
export type ContactStepPool = { "after_ms": number; "agent_ids": Array<number>; "free": number; "qualified": number; "signed_in": number; }
export type ContactSummary = { "adviser"?: boolean; "agent_id"?: number; "answered_at_ms"?: number; "arrived_at_ms": number; "brand_id": number; "channel": "phone" | "chat" | "email" | "messenger" | "form" | "visit" | "callback" | "bot"; "customer_id"?: number; "customer_waiting_since_ms"?: number; "id": number; "language"?: string; "last_at_ms": number; "name": string; "preview": string; "preview_by"?: "customer" | "agent" | "system"; "queue_id": number; "snoozed_until_ms"?: number; "state": "waiting" | "offered" | "talking" | "held" | "parked" | "snoozed" | "wrapping" | "closed"; "unread": number; "why"?: ContactWhy; "wrap_up_until_ms"?: number; }
export type ContactWaiter = { "adviser"?: boolean; "agent_id"?: number; "answered_at_ms"?: number; "arrived_at_ms": number; "brand_id": number; "channel": "phone" | "chat" | "email" | "messenger" | "form" | "visit" | "callback" | "bot"; "customer_id"?: number; "customer_waiting_since_ms"?: number; "id": number; "language"?: string; "last_at_ms": number; "name": string; "position": number; "preview": string; "preview_by"?: "customer" | "agent" | "system"; "priority": number; "queue_id": number; "snoozed_until_ms"?: number; "state": "waiting" | "offered" | "talking" | "held" | "parked" | "snoozed" | "wrapping" | "closed"; "unread": number; "why"?: ContactWhy; "wrap_up_until_ms"?: number; }
export type ContactWhy = { "candidates": number; "fit": number; "free_ms": number; "overtaken_because"?: string; "overtaken_contact_id"?: number; "rule": "best_fit" | "worst_off" | "age_guarantee" | "promise_due" | "last_agent" | "directed" | "consult" | "borrowed" | "held"; "score": number; "step": number; "waited_ms": number; }
export type ConversationDraft = { "at_ms": number; "kind": "reply" | "note"; "text": string; }
export type ConversationFile = { "bytes": number; "id": string; "name": string; "type": string; }
export type ConversationMessage = { "agent_id"?: number; "at_ms": number; "author": "customer" | "agent" | "system"; "code"?: string; "contact_id": number; "files": Array<ConversationFile>; "id": number; "key"?: string; "name": string; "read_at_ms"?: number; "text": string; }
export type ConversationNote = { "agent_id": number; "at_ms": number; "contact_id": number; "id": number; "kind": "note" | "transfer" | "wrap_up"; "name": string; "text": string; }
export type ConversationTyping = { "author": "customer" | "agent"; "contact_id": number; "name": string; "until_ms": number; }
export type ErrorDetail = { "location"?: string; "message"?: string; "value"?: unknown; }
export type ErrorModel = { "detail"?: string; "errors"?: Array<ErrorDetail>; "instance"?: string; "status"?: number; "title"?: string; "type"?: string; }
export type ExtendWrapUpRequest = { "seconds": number; }
export type GiveCodeRequest = { "code": string; }
export type HandleRecordingRequest = { "do": "pause" | "resume" | "delete"; }
export type IvrChoice = { "language"?: string; "name"?: Record<string, string>; "press": "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"; "to"?: string; }
export type IvrFault = { "text": string; "warning": boolean; "where": string; }
export type IvrHop = { "clip"?: string; "do": string; "happens": string; "key"?: string; "says"?: string; "spoken_ms": number; "step": string; "where": string; }
export type IvrNeed = { "level": number; "skill": string; }
export type IvrPath = { "after": Array<IvrHop>; "end": "queue" | "outside" | "promise" | "closed" | "end" | "person"; "hops": Array<IvrHop>; "queue"?: string; "spoken_ms": number; "words": string; }
export type IvrScript = { "person"?: string; "repeat": number; "steps": Array<IvrStep>; "wait_s": number; }
export type IvrStep = { "after"?: string; "again"?: Record<string, string>; "basis"?: "notice" | "consent"; "choices": Array<IvrChoice>; "clip"?: string; "closed"?: string; "digits"?: number; "do": "say" | "notice" | "menu" | "language" | "identify" | "hours" | "callback" | "link" | "record" | "queue" | "outside" | "survey" | "end"; "failed"?: string; "firm"?: boolean; "hours"?: string; "key": string; "message"?: Record<string, string>; "needs": Array<IvrNeed>; "number"?: string; "priority"?: number; "purpose"?: string; "queue"?: string; "text"?: Record<string, string>; "to"?: string; "url"?: string; }
export type ListenToCallRequest = { "mode": "listen" | "whisper" | "barge" | "off"; }
export type MarkReadRequest = { "message_id": number; }
export type MessagePage = { "messages": Array<ConversationMessage>; "more": boolean; }
export type PhoneAgentSpend = { "agent_id": number; "day_calls": number; "day_ore": number; "hour_ore": number; "name": string; }
export type PhoneCall = { "agent_id"?: number; "brand_id": number; "call_id": number; "contact_id": number; "customer_known": "none" | "probably" | "verified"; "direction": "in" | "out" | "callback" | "browser"; "menu": Array<string>; "muted": boolean; "name": string; "number": string; "on_hold": boolean; "parties": Array<PhoneParty>; "quality": "unknown" | "good" | "fair" | "bad"; "queue_id": number; "recording": PhoneRecordingState; "role": "agent" | "adviser" | "leader"; "since_ms": number; "state": "ringing" | "connecting" | "talking" | "held" | "ended"; "trouble"?: string; "waited_ms": number; "watchers": Array<PhoneWatcher>; "whisper": "none" | "coming" | "speaking" | "said"; }
export type PhoneDeskPhone = { "account": string; "chosen": boolean; "registered": boolean; }
export type PhoneICEServer = { "credential"?: string; "urls": Array<string>; "username"?: string; }
export type PhoneLineSaid = { "identity"?: string; "jitter_ms"?: number; "keys"?: string; "loss"?: number; "rtt_ms"?: number; "sdp"?: string; "take_over"?: boolean; "type": "offer" | "watch" | "quality" | "ping" | "keys"; }
export type PhoneLineTold = { "calls"?: Array<PhoneCall>; "desk"?: PhoneDeskPhone; "ice_servers"?: Array<PhoneICEServer>; "place"?: number; "sdp"?: string; "state"?: string; "text"?: string; "type": "hello" | "answer" | "calls" | "taken" | "pong" | "problem" | "state"; "wait_from_min"?: number; "wait_to_min"?: number; "where"?: "identity"; }
export type PhoneLiveCall = { "agent_id"?: number; "agent_name"?: string; "brand_id": number; "call_id": number; "contact_id": number; "customer_known": "none" | "probably" | "verified"; "direction": "in" | "out" | "callback" | "browser"; "menu": Array<string>; "muted": boolean; "name": string; "number": string; "on_hold": boolean; "parties": Array<PhoneParty>; "quality": "unknown" | "good" | "fair" | "bad"; "queue_id": number; "recording": PhoneRecordingState; "role": "agent" | "adviser" | "leader"; "since_ms": number; "stage": "menu" | "waiting" | "ringing" | "talking" | "survey"; "state": "ringing" | "connecting" | "talking" | "held" | "ended"; "trouble"?: string; "waited_ms": number; "watchers": Array<PhoneWatcher>; "whisper": "none" | "coming" | "speaking" | "said"; }
export type PhoneOutsideWish = { "do": "dial" | "transfer" | "complete" | "drop"; "number"?: string; }
export type PhoneParty = { "agent_id"?: number; "holds"?: boolean; "id": number; "kind": "customer" | "agent" | "adviser" | "outside" | "leader"; "muted": boolean; "name"?: string; "number"?: string; "state": "ringing" | "talking" | "held" | "private" | "lost"; }
export type PhonePlace = { "customer_id"?: number; "line"?: string; "number": string; }
export type PhonePrompt = { "at_ms": number; "bytes": number; "duration_ms": number; "key": string; "name": string; }
export type PhoneRecording = { "at_ms": number; "basis": "notice" | "consent"; "contact_id": number; "duration_ms": number; "id": number; "keep_until_ms": number; "purpose": string; "state": "on" | "done" | "lost"; }
export type PhoneRecordingState = { "basis"?: "notice" | "consent"; "id"?: number; "state": "none" | "asking" | "on" | "paused" | "refused" | "deleted"; }
export type PhoneSpend = { "agents": Array<PhoneAgentSpend>; "day_cap_ore": number; "day_ore": number; "hour_cap_ore": number; "hour_ore": number; }
export type PhoneTrial = { "key"?: string; "language"?: "nb" | "nn" | "sv" | "en"; "line"?: string; "script": IvrScript; }
export type PhoneTried = { "faults": Array<IvrFault>; "paths": Array<IvrPath>; }
export type PhoneTrunk = { "calls": number; "has_secret": boolean; "key": string; "problem"?: "no_name" | "no_options" | "unready" | "no_register" | "wrong_secret" | "not_accepted" | "calls_refused"; "problem_code"?: number; "registered": boolean; "since_ms"?: number; "state": "up" | "down" | "unknown"; }
export type PhoneWatcher = { "mode": "listen" | "whisper" | "barge"; "name": string; }
export type PhoneWords = { "language"?: "nb" | "nn" | "sv" | "en"; "music"?: string; "text"?: string; }
export type PressKeysRequest = { "keys": string; }
export type PrioritiseContactRequest = { "priority": number; }
export type ProveRequest = { "code"?: string; "password"?: string; }
export type RequeueContactRequest = { "queue_id"?: number; "words"?: string; }
export type RulebookChange = { "agent_id"?: number; "at_ms": number; "lines": Array<ConfigDifference>; "note"?: string; "undoes"?: number; "version": number; "who": string; }
export type RulebookFileReview = { "base": number; "document"?: ConfigDocument; "errors": Array<ConfigFault>; "lines": Array<ConfigDifference>; "warnings": Array<ConfigFault>; }
export type RulebookNamed = { "id": number; "key": string; "name": string; }
export type RulebookNamedBrand = { "colour": string; "id": number; "key": string; "name": string; }
export type RulebookNamedCanned = { "brand_id"?: number; "id": number; "key": string; "text": Record<string, string>; "title": Record<string, string>; }
export type RulebookNamedPause = { "id": number; "key": string; "kind": "break" | "meeting" | "training" | "other_work" | "private"; "limit_min"?: number; "name": Record<string, string>; }
export type RulebookNamedQueue = { "brand_id": number; "channels": Array<string>; "formula": string; "goal_percent": number; "id": number; "key": string; "name": string; "target_ms": number; }
export type RulebookNamedReason = { "active": boolean; "id": number; "key": string; "name": Record<string, string>; "parent_id"?: number; }
export type RulebookNamedText = { "id": number; "key": string; "name": Record<string, string>; }
export type RulebookNames = { "brands": Array<RulebookNamedBrand>; "canned": Array<RulebookNamedCanned>; "markets": Array<RulebookNamed>; "organisation": string; "partners": Array<RulebookNamed>; "pauses": Array<RulebookNamedPause>; "queues": Array<RulebookNamedQueue>; "reasons": Array<RulebookNamedReason>; "skills": Array<RulebookNamedText>; "teams": Array<RulebookNamed>; "time_zone": string; "version": number; }
export type RulebookReview = { "base": number; "errors": Array<ConfigFault>; "lines": Array<ConfigDifference>; "warnings": Array<ConfigFault>; }
export type RulebookVersioned = { "document": ConfigDocument; "version": number; }
export type SaveDraftRequest = { "kind": "reply" | "note"; "text": string; }
export type SendMessageRequest = { "after": number; "files"?: Array<string>; "key": string; "text": string; }
export type SetAccountSecretRequest = { "secret": string; }
export type SetAgentStatusRequest = { "pause_id"?: number; "status": "offline" | "ready" | "direct_only" | "paused"; }
export type SetPresenceRequest = { "here": boolean; "typing": boolean; }
export type SetStatusRequest = { "pause_id"?: number; "status": "offline" | "ready" | "direct_only" | "paused"; }
export type SetTextsSecretRequest = { "secret": string; }
export type SetTrunkSecretRequest = { "secret": string; }
export type SignInRequest = { "email": string; "password": string; }
export type SignedInBody = { "code": boolean; }
export type SnoozeContactRequest = { "until_ms": number; }
export type SwitchedBody = { "on": boolean; }
export type TextPurpose = { "failed": number; "open": number; "purpose": "link" | "survey" | "test"; "sent": number; }
export type TextStatus = { "day_cap_ore": number; "day_expired": number; "day_failed": number; "day_ore": number; "day_sent": number; "has_secret": boolean; "hour_cap_ore": number; "hour_ore": number; "hour_sent": number; "last_sent_ms"?: number; "last_trouble_ms"?: number; "on": boolean; "purposes": Array<TextPurpose>; "trial"?: TextTrial; "trouble"?: string; "waiting": number; }
export type TextTrial = { "at_ms": number; "cause"?: string; "state": "waiting" | "sending" | "sent" | "failed" | "expired"; }
export type TextTrialWish = { "language": "nb" | "nn" | "sv" | "en"; "number": string; }
export type UndoConfigRequest = { "version": number; }
export type VisitorReadRequest = { "message_id": number; }
export type WebhookDelivery = { "at_ms": number; "attempts": number; "id": number; "kind": string; "last_error"?: string; "last_status"?: number; "next_at_ms"?: number; "seq": number; "state": "waiting" | "done" | "dead"; }
export type WebhookEvent = { "agent_id"?: number; "at_ms": number; "body": unknown; "contact_id"?: number; "kind": string; "seq": number; }
export type WebhookEventPage = { "events": Array<WebhookEvent>; "newest": number; "next": number; }
export type WebhookHook = { "active": boolean; "created_at_ms": number; "failures_in_a_row": number; "id": number; "kinds": Array<string>; "old_secret_until_ms"?: number; "stopped_at_ms"?: number; "url": string; }
export type WebhookNewHook = { "kinds": Array<string>; "url": string; }
export type WebhookSecret = { "active": boolean; "created_at_ms": number; "failures_in_a_row": number; "id": number; "kinds": Array<string>; "old_secret_until_ms"?: number; "secret": string; "stopped_at_ms"?: number; "url": string; }
export type WrapUpRequest = { "note"?: string; "outcome": "solved" | "not_solved" | "follow_up" | "wrong_number"; "reason_id": number; }
export type WriteMessageRequest = { "files"?: Array<string>; "key": string; "text": string; }
export type Routes = {
  "GET /api/agents": { path: { }; query: { }; body: undefined; out: Array<ContactColleague> }
  "PUT /api/agents/{id}/status": { path: { "id": number; }; query: { }; body: SetAgentStatusRequest; out: void }
  "GET /api/audit": { path: { }; query: { "before"?: number; "limit"?: number; }; body: undefined; out: AccessAuditPage }
  "GET /api/chat/brand": { path: { }; query: { "key": string; "lang"?: "nb" | "nn" | "sv" | "en"; }; body: undefined; out: ChatBrand }
  "POST /api/chat/contacts": { path: { }; query: { }; body: ChatStart; out: ChatConversation }
  "GET /api/chat/conversation": { path: { }; query: { }; body: undefined; out: ChatConversation }
  "POST /api/chat/end": { path: { }; query: { }; body: undefined; out: void }
  "POST /api/chat/files": { path: { }; query: { "name"?: string; }; body: Blob; out: ConversationFile }
  "GET /api/chat/files/{id}": { path: { "id": string; }; query: { }; body: undefined; out: string }
  "GET /api/chat/live": { path: { }; query: { }; body: undefined; out: void }
  "POST /api/chat/messages": { path: { }; query: { }; body: WriteMessageRequest; out: ConversationMessage }
  "PUT /api/chat/read": { path: { }; query: { }; body: VisitorReadRequest; out: void }
  "POST /api/chat/survey": { path: { }; query: { }; body: ChatSurveyAnswer; out: void }
  "GET /api/chat/transcript": { path: { }; query: { "contact_id"?: number; }; body: undefined; out: string }
  "POST /api/chat/typing": { path: { }; query: { }; body: undefined; out: void }
  "POST /api/chat/visitor": { path: { }; query: { }; body: ChatIntroduction; out: ChatToken }
  "GET /api/config": { path: { }; query: { }; body: undefined; out: RulebookVersioned }
  "PUT /api/config": { path: { }; query: { "base"?: number; "note"?: string; }; body: ConfigDocument; out: RulebookChange }
  "GET /api/config/brands": { path: { }; query: { }; body: undefined; out: Array<ConfigBrand> }
  "POST /api/config/brands": { path: { }; query: { }; body: ConfigBrand; out: ConfigBrand }
  "DELETE /api/config/brands/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/brands/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigBrand; out: ConfigBrand }
  "POST /api/config/brands/{id}/secret": { path: { "id": number; }; query: { }; body: undefined; out: ChatSecretOf }
  "GET /api/config/canned": { path: { }; query: { }; body: undefined; out: Array<ConfigCanned> }
  "POST /api/config/canned": { path: { }; query: { }; body: ConfigCanned; out: ConfigCanned }
  "DELETE /api/config/canned/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/canned/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigCanned; out: ConfigCanned }
  "GET /api/config/capacities": { path: { }; query: { }; body: undefined; out: Array<ConfigCapacity> }
  "POST /api/config/capacities": { path: { }; query: { }; body: ConfigCapacity; out: ConfigCapacity }
  "DELETE /api/config/capacities/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/capacities/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigCapacity; out: ConfigCapacity }
  "GET /api/config/changes": { path: { }; query: { "before"?: number; "limit"?: number; }; body: undefined; out: Array<RulebookChange> }
  "POST /api/config/check": { path: { }; query: { }; body: ConfigDocument; out: RulebookReview }
  "GET /api/config/file": { path: { }; query: { }; body: undefined; out: string }
  "POST /api/config/file": { path: { }; query: { }; body: Blob; out: RulebookFileReview }
  "GET /api/config/hours": { path: { }; query: { }; body: undefined; out: Array<ConfigHours> }
  "POST /api/config/hours": { path: { }; query: { }; body: ConfigHours; out: ConfigHours }
  "DELETE /api/config/hours/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/hours/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigHours; out: ConfigHours }
  "GET /api/config/markets": { path: { }; query: { }; body: undefined; out: Array<ConfigMarket> }
  "POST /api/config/markets": { path: { }; query: { }; body: ConfigMarket; out: ConfigMarket }
  "DELETE /api/config/markets/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/markets/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigMarket; out: ConfigMarket }
  "GET /api/config/partners": { path: { }; query: { }; body: undefined; out: Array<ConfigPartner> }
  "POST /api/config/partners": { path: { }; query: { }; body: ConfigPartner; out: ConfigPartner }
  "DELETE /api/config/partners/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/partners/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigPartner; out: ConfigPartner }
  "GET /api/config/pauses": { path: { }; query: { }; body: undefined; out: Array<ConfigPause> }
  "POST /api/config/pauses": { path: { }; query: { }; body: ConfigPause; out: ConfigPause }
  "DELETE /api/config/pauses/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/pauses/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigPause; out: ConfigPause }
  "GET /api/config/people": { path: { }; query: { }; body: undefined; out: Array<ConfigPerson> }
  "POST /api/config/people": { path: { }; query: { }; body: ConfigPerson; out: ConfigPerson }
  "DELETE /api/config/people/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/people/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigPerson; out: ConfigPerson }
  "GET /api/config/phone-accounts": { path: { }; query: { }; body: undefined; out: Array<ConfigAccount> }
  "POST /api/config/phone-accounts": { path: { }; query: { }; body: ConfigAccount; out: ConfigAccount }
  "DELETE /api/config/phone-accounts/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/phone-accounts/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigAccount; out: ConfigAccount }
  "GET /api/config/phone-lines": { path: { }; query: { }; body: undefined; out: Array<ConfigPhoneLine> }
  "POST /api/config/phone-lines": { path: { }; query: { }; body: ConfigPhoneLine; out: ConfigPhoneLine }
  "DELETE /api/config/phone-lines/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/phone-lines/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigPhoneLine; out: ConfigPhoneLine }
  "GET /api/config/phone-notices": { path: { }; query: { }; body: undefined; out: Array<ConfigPhoneNotice> }
  "POST /api/config/phone-notices": { path: { }; query: { }; body: ConfigPhoneNotice; out: ConfigPhoneNotice }
  "DELETE /api/config/phone-notices/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/phone-notices/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigPhoneNotice; out: ConfigPhoneNotice }
  "GET /api/config/phone-purposes": { path: { }; query: { }; body: undefined; out: Array<ConfigPurpose> }
  "POST /api/config/phone-purposes": { path: { }; query: { }; body: ConfigPurpose; out: ConfigPurpose }
  "DELETE /api/config/phone-purposes/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/phone-purposes/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigPurpose; out: ConfigPurpose }
  "GET /api/config/phone-scripts": { path: { }; query: { }; body: undefined; out: Array<ConfigScript> }
  "POST /api/config/phone-scripts": { path: { }; query: { }; body: ConfigScript; out: ConfigScript }
  "DELETE /api/config/phone-scripts/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/phone-scripts/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigScript; out: ConfigScript }
  "GET /api/config/phone-trunks": { path: { }; query: { }; body: undefined; out: Array<ConfigTrunk> }
  "POST /api/config/phone-trunks": { path: { }; query: { }; body: ConfigTrunk; out: ConfigTrunk }
  "DELETE /api/config/phone-trunks/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/phone-trunks/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigTrunk; out: ConfigTrunk }
  "GET /api/config/queues": { path: { }; query: { }; body: undefined; out: Array<ConfigQueue> }
  "POST /api/config/queues": { path: { }; query: { }; body: ConfigQueue; out: ConfigQueue }
  "DELETE /api/config/queues/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/queues/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigQueue; out: ConfigQueue }
  "GET /api/config/reasons": { path: { }; query: { }; body: undefined; out: Array<ConfigReason> }
  "POST /api/config/reasons": { path: { }; query: { }; body: ConfigReason; out: ConfigReason }
  "DELETE /api/config/reasons/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/reasons/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigReason; out: ConfigReason }
  "GET /api/config/skills": { path: { }; query: { }; body: undefined; out: Array<ConfigSkill> }
  "POST /api/config/skills": { path: { }; query: { }; body: ConfigSkill; out: ConfigSkill }
  "DELETE /api/config/skills/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/skills/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigSkill; out: ConfigSkill }
  "GET /api/config/teams": { path: { }; query: { }; body: undefined; out: Array<ConfigTeam> }
  "POST /api/config/teams": { path: { }; query: { }; body: ConfigTeam; out: ConfigTeam }
  "DELETE /api/config/teams/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/config/teams/{id}": { path: { "id": number; }; query: { "base"?: number; }; body: ConfigTeam; out: ConfigTeam }
  "POST /api/config/undo": { path: { }; query: { }; body: UndoConfigRequest; out: RulebookChange }
  "GET /api/contacts/{id}": { path: { "id": number; }; query: { }; body: undefined; out: ContactDetail }
  "POST /api/contacts/{id}/consult": { path: { "id": number; }; query: { }; body: ContactHandOver; out: void }
  "POST /api/contacts/{id}/consult/end": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/contacts/{id}/draft": { path: { "id": number; }; query: { }; body: SaveDraftRequest; out: void }
  "POST /api/contacts/{id}/end": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "GET /api/contacts/{id}/messages": { path: { "id": number; }; query: { "before"?: number; "limit"?: number; }; body: undefined; out: MessagePage }
  "POST /api/contacts/{id}/messages": { path: { "id": number; }; query: { }; body: SendMessageRequest; out: ConversationMessage }
  "POST /api/contacts/{id}/notes": { path: { "id": number; }; query: { }; body: AddNoteRequest; out: ConversationNote }
  "PUT /api/contacts/{id}/presence": { path: { "id": number; }; query: { }; body: SetPresenceRequest; out: void }
  "PUT /api/contacts/{id}/priority": { path: { "id": number; }; query: { }; body: PrioritiseContactRequest; out: void }
  "PUT /api/contacts/{id}/read": { path: { "id": number; }; query: { }; body: MarkReadRequest; out: void }
  "GET /api/contacts/{id}/recordings": { path: { "id": number; }; query: { }; body: undefined; out: Array<PhoneRecording> }
  "POST /api/contacts/{id}/requeue": { path: { "id": number; }; query: { }; body: RequeueContactRequest; out: void }
  "POST /api/contacts/{id}/snooze": { path: { "id": number; }; query: { }; body: SnoozeContactRequest; out: void }
  "POST /api/contacts/{id}/transfer": { path: { "id": number; }; query: { }; body: ContactHandOver; out: void }
  "POST /api/contacts/{id}/wrap-up": { path: { "id": number; }; query: { }; body: WrapUpRequest; out: void }
  "POST /api/contacts/{id}/wrap-up/extend": { path: { "id": number; }; query: { }; body: ExtendWrapUpRequest; out: void }
  "GET /api/customers": { path: { }; query: { "q"?: string; "limit"?: number; }; body: undefined; out: Array<ContactCustomer> }
  "GET /api/customers/{id}": { path: { "id": number; }; query: { }; body: undefined; out: ContactCustomer }
  "PATCH /api/customers/{id}": { path: { "id": number; }; query: { }; body: ContactCustomerChange; out: ContactCustomer }
  "GET /api/desk": { path: { }; query: { }; body: undefined; out: ContactDesk }
  "PUT /api/desk/here": { path: { }; query: { }; body: undefined; out: void }
  "PUT /api/desk/status": { path: { }; query: { }; body: SetStatusRequest; out: ContactAgent }
  "GET /api/events": { path: { }; query: { "after"?: number; "limit"?: number; }; body: undefined; out: WebhookEventPage }
  "GET /api/events/live": { path: { }; query: { "after"?: number; }; body: undefined; out: void }
  "POST /api/files": { path: { }; query: { "name"?: string; }; body: Blob; out: ConversationFile }
  "GET /api/files/{id}": { path: { "id": string; }; query: { }; body: undefined; out: string }
  "GET /api/keys": { path: { }; query: { }; body: undefined; out: Array<AccessKeyView> }
  "POST /api/keys": { path: { }; query: { }; body: AccessNewKey; out: AccessKeySecret }
  "DELETE /api/keys/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "GET /api/live": { path: { }; query: { "after"?: number; }; body: undefined; out: void }
  "GET /api/me": { path: { }; query: { }; body: undefined; out: AccessMe }
  "GET /api/me/passkeys": { path: { }; query: { }; body: undefined; out: Array<AccessPasskeyView> }
  "POST /api/me/passkeys": { path: { }; query: { }; body: AccessPasskeyAnswer; out: void }
  "POST /api/me/passkeys/begin": { path: { }; query: { }; body: undefined; out: AccessCeremony }
  "DELETE /api/me/passkeys/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/me/password": { path: { }; query: { }; body: ChangePasswordRequest; out: void }
  "PUT /api/me/preferences": { path: { }; query: { }; body: AccessPreferences; out: void }
  "POST /api/me/proof": { path: { }; query: { }; body: ProveRequest; out: void }
  "POST /api/me/proof/passkey": { path: { }; query: { }; body: AccessPasskeyAnswer; out: void }
  "GET /api/me/sessions": { path: { }; query: { }; body: undefined; out: Array<AccessSessionView> }
  "DELETE /api/me/sessions/{id}": { path: { "id": string; }; query: { }; body: undefined; out: void }
  "DELETE /api/me/totp": { path: { }; query: { }; body: undefined; out: void }
  "POST /api/me/totp": { path: { }; query: { }; body: undefined; out: AccessTOTPSecret }
  "PUT /api/me/totp": { path: { }; query: { }; body: ConfirmTotpRequest; out: void }
  "GET /api/names": { path: { }; query: { }; body: undefined; out: RulebookNames }
  "POST /api/offers/{id}/accept": { path: { "id": number; }; query: { }; body: undefined; out: ContactDetail }
  "POST /api/offers/{id}/decline": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "POST /api/people/{id}/invite": { path: { "id": number; }; query: { }; body: undefined; out: AccessInvitation }
  "DELETE /api/people/{id}/second-factor": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "DELETE /api/people/{id}/sessions": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "PUT /api/phone/accounts/{key}/secret": { path: { "key": string; }; query: { }; body: SetAccountSecretRequest; out: void }
  "GET /api/phone/calls": { path: { }; query: { }; body: undefined; out: Array<PhoneLiveCall> }
  "POST /api/phone/calls": { path: { }; query: { }; body: PhonePlace; out: PhoneCall }
  "POST /api/phone/calls/{contact_id}/conference": { path: { "contact_id": number; }; query: { }; body: SwitchedBody; out: void }
  "POST /api/phone/calls/{contact_id}/digits": { path: { "contact_id": number; }; query: { }; body: PressKeysRequest; out: void }
  "POST /api/phone/calls/{contact_id}/hangup": { path: { "contact_id": number; }; query: { }; body: undefined; out: void }
  "POST /api/phone/calls/{contact_id}/hold": { path: { "contact_id": number; }; query: { }; body: SwitchedBody; out: void }
  "POST /api/phone/calls/{contact_id}/listen": { path: { "contact_id": number; }; query: { }; body: ListenToCallRequest; out: void }
  "POST /api/phone/calls/{contact_id}/mute": { path: { "contact_id": number; }; query: { }; body: SwitchedBody; out: void }
  "POST /api/phone/calls/{contact_id}/outside": { path: { "contact_id": number; }; query: { }; body: PhoneOutsideWish; out: void }
  "POST /api/phone/calls/{contact_id}/recording": { path: { "contact_id": number; }; query: { }; body: HandleRecordingRequest; out: void }
  "GET /api/phone/desk": { path: { }; query: { }; body: undefined; out: PhoneDeskPhone }
  "PUT /api/phone/desk": { path: { }; query: { }; body: ChooseLineRequest; out: PhoneDeskPhone }
  "GET /api/phone/prompts": { path: { }; query: { }; body: undefined; out: Array<PhonePrompt> }
  "DELETE /api/phone/prompts/{key}": { path: { "key": string; }; query: { }; body: undefined; out: void }
  "GET /api/phone/prompts/{key}": { path: { "key": string; }; query: { }; body: undefined; out: void }
  "PUT /api/phone/prompts/{key}": { path: { "key": string; }; query: { "name"?: string; }; body: Blob; out: PhonePrompt }
  "DELETE /api/phone/recordings/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "GET /api/phone/recordings/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "POST /api/phone/scripts/preview": { path: { }; query: { }; body: PhoneTrial; out: PhoneTried }
  "POST /api/phone/speech": { path: { }; query: { }; body: PhoneWords; out: void }
  "GET /api/phone/spend": { path: { }; query: { }; body: undefined; out: PhoneSpend }
  "GET /api/phone/texts": { path: { }; query: { }; body: undefined; out: TextStatus }
  "PUT /api/phone/texts/secret": { path: { }; query: { }; body: SetTextsSecretRequest; out: void }
  "POST /api/phone/texts/test": { path: { }; query: { }; body: TextTrialWish; out: void }
  "GET /api/phone/trunks": { path: { }; query: { }; body: undefined; out: Array<PhoneTrunk> }
  "PUT /api/phone/trunks/{key}/secret": { path: { "key": string; }; query: { }; body: SetTrunkSecretRequest; out: void }
  "POST /api/preview": { path: { }; query: { }; body: ContactPreview; out: ContactPreviewResult }
  "DELETE /api/session": { path: { }; query: { }; body: undefined; out: void }
  "POST /api/session": { path: { }; query: { }; body: SignInRequest; out: SignedInBody }
  "PUT /api/session": { path: { }; query: { }; body: GiveCodeRequest; out: SignedInBody }
  "POST /api/session/passkey": { path: { }; query: { }; body: AccessPasskeyAnswer; out: SignedInBody }
  "POST /api/session/passkey/begin": { path: { }; query: { }; body: undefined; out: AccessCeremony }
  "POST /api/session/welcome": { path: { }; query: { }; body: AcceptInvitationRequest; out: SignedInBody }
  "GET /api/waiting": { path: { }; query: { }; body: undefined; out: Array<ContactWaiter> }
  "GET /api/wall": { path: { }; query: { "formula"?: "answered_of_offered" | "answered_of_answered" | "answered_or_abandoned_of_offered" | "connect" | "genesys" | "genesys_short_off" | "genesys_abandons_off" | "cisco_ignored" | "cisco_negative" | "cisco_positive" | "queue"; "team_id"?: number; "brand_id"?: number; "partner_id"?: number; }; body: undefined; out: BoardWall }
  "GET /api/wall/live": { path: { }; query: { "formula"?: "answered_of_offered" | "answered_of_answered" | "answered_or_abandoned_of_offered" | "connect" | "genesys" | "genesys_short_off" | "genesys_abandons_off" | "cisco_ignored" | "cisco_negative" | "cisco_positive" | "queue"; "team_id"?: number; "brand_id"?: number; "partner_id"?: number; }; body: undefined; out: void }
  "GET /api/wall/pages": { path: { }; query: { }; body: undefined; out: Array<BoardPage> }
  "GET /api/webhooks": { path: { }; query: { }; body: undefined; out: Array<WebhookHook> }
  "POST /api/webhooks": { path: { }; query: { }; body: WebhookNewHook; out: WebhookSecret }
  "DELETE /api/webhooks/{id}": { path: { "id": number; }; query: { }; body: undefined; out: void }
  "GET /api/webhooks/{id}/deliveries": { path: { "id": number; }; query: { "before"?: number; "limit"?: number; }; body: undefined; out: Array<WebhookDelivery> }
  "POST /api/webhooks/{id}/deliveries/{delivery}/retry": { path: { "id": number; "delivery": number; }; query: { }; body: undefined; out: void }
  "POST /api/webhooks/{id}/secret": { path: { "id": number; }; query: { }; body: undefined; out: WebhookSecret }
  "POST /api/webhooks/{id}/start": { path: { "id": number; }; query: { }; body: undefined; out: void }
}
export type Streams = {
  "/api/chat/live": { "message": ConversationMessage; "place": ChatPlace; "read": ChatReadMark; "snapshot": ChatConversation; "state": ChatState; "typing": ConversationTyping; }
  "/api/events/live": { "event": WebhookEvent; }
  "/api/live": { "agent": ContactAgent; "contact": ContactSummary; "message": ConversationMessage; "names": ContactNamesChanged; "note": ConversationNote; "offer": ContactOffer; "offer_end": ContactOfferEnd; "presence": ContactPresence; "queues": ContactQueues; "read": ContactReadMark; "reset": ContactReset; "snapshot": ContactDesk; "typing": ConversationTyping; }
  "/api/wall/live": { "wall": BoardWall; }
}
