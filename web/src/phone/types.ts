import type { PhoneCall, PhoneDeskPhone, PhoneLiveCall, PhoneParty } from '../gen/api.gen.ts'

export type Call = PhoneCall
export type LiveCall = PhoneLiveCall
export type Party = PhoneParty
export type DeskPhone = PhoneDeskPhone

/** What the browser says on the line (PhoneLineSaid, one shape a type). */
export type Said =
  | { type: 'offer'; sdp: string; take_over: boolean }
  | { type: 'watch'; take_over: boolean }
  | { type: 'quality'; loss: number; jitter_ms: number; rtt_ms: number }
  | { type: 'ping' }

/** What the centre tells on it (PhoneLineTold, one shape a type). */
export type Told =
  | { type: 'hello'; ice_servers?: RTCIceServer[]; desk?: DeskPhone }
  | { type: 'answer'; sdp: string }
  | { type: 'calls'; calls?: Call[]; desk?: DeskPhone }
  | { type: 'taken' }
  | { type: 'pong' }
  | { type: 'problem'; text?: string }
