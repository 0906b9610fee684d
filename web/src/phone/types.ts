import type { PhoneCall, PhoneLiveCall, PhoneParty } from '../gen/api.gen.ts'

export type Call = PhoneCall
export type LiveCall = PhoneLiveCall
export type Party = PhoneParty

/** What the browser says on the line (PhoneLineSaid, one shape a type). */
export type Said =
  | { type: 'offer'; sdp: string; take_over: boolean }
  | { type: 'quality'; loss: number; jitter_ms: number; rtt_ms: number }
  | { type: 'ping' }

/** What the centre tells on it (PhoneLineTold, one shape a type). */
export type Told =
  | { type: 'hello'; ice_servers?: RTCIceServer[] }
  | { type: 'answer'; sdp: string }
  | { type: 'calls'; calls?: Call[] }
  | { type: 'taken' }
  | { type: 'pong' }
  | { type: 'problem'; text?: string }
