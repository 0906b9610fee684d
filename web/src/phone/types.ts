/** What the line between this browser and the centre carries; internal/channel/phone/views.go is where it is written down. */
export type Party = {
  id: number
  kind: 'customer' | 'agent' | 'adviser' | 'outside' | 'leader'
  agent_id?: number
  name?: string
  number?: string
  state: 'ringing' | 'talking' | 'held' | 'private' | 'lost'
  muted: boolean
}
export type Watcher = { name: string; mode: 'listen' | 'whisper' | 'barge' }
export type Recording = { state: 'none' | 'asking' | 'on' | 'paused' | 'refused' | 'deleted'; basis?: 'notice' | 'consent'; id?: number }
export type Call = {
  contact_id: number
  call_id: number
  direction: 'in' | 'out' | 'callback' | 'browser'
  state: 'ringing' | 'connecting' | 'talking' | 'held' | 'ended'
  number: string
  name: string
  customer_known: 'none' | 'probably' | 'verified'
  brand_id: number
  queue_id: number
  since_ms: number
  waited_ms: number
  muted: boolean
  on_hold: boolean
  recording: Recording
  parties: Party[]
  watchers: Watcher[]
  quality: 'unknown' | 'good' | 'fair' | 'bad'
  menu: string[]
  agent_id?: number
  role: 'agent' | 'adviser' | 'leader'
  trouble?: string
}
export type LiveCall = Call & { agent_name?: string; stage: 'menu' | 'waiting' | 'ringing' | 'talking' | 'survey' }

/** What the browser says on the line. */
export type Said =
  | { type: 'offer'; sdp: string; take_over: boolean }
  | { type: 'quality'; loss: number; jitter_ms: number; rtt_ms: number }
  | { type: 'ping' }

/** What the centre tells. */
export type Told =
  | { type: 'hello'; ice_servers?: RTCIceServer[] }
  | { type: 'answer'; sdp: string }
  | { type: 'calls'; calls?: Call[] }
  | { type: 'taken' }
  | { type: 'pong' }
  | { type: 'problem'; text?: string }
