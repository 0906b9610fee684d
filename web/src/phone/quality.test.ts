import { expect, test } from 'vitest'
import { loudness, refusal } from './devices.ts'
import { between, light, readCounters, worse } from './quality.ts'

test('a report is read whatever else it holds', () => {
  const c = readCounters([
    { type: 'inbound-rtp', kind: 'audio', packetsReceived: 500, packetsLost: 10, jitter: 0.012 },
    { type: 'inbound-rtp', kind: 'video', packetsReceived: 9 },
    { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.08 },
    { type: 'candidate-pair', nominated: false, state: 'succeeded', currentRoundTripTime: 9 },
    { type: 'remote-inbound-rtp', fractionLost: 0.01, roundTripTime: 0.2 },
  ])
  expect(c).toEqual({ received: 500, lost: 10, jitterMS: 12, rttMS: 80, lossOut: 0.01 })
})

test('loss is of the period, and of the worse direction', () => {
  const a = { received: 500, lost: 10, jitterMS: 0, rttMS: 0, lossOut: 0 }
  expect(between(a, { ...a, received: 590, lost: 20 }).loss).toBeCloseTo(0.1)
  expect(between(a, { ...a, received: 600, lossOut: 0.03 }).loss).toBeCloseTo(0.03)
  expect(between(a, a).loss).toBe(0)
})

test.each([
  [0, 5, 40, 'good'],
  [0.02, 30, 250, 'good'],
  [0.021, 5, 40, 'fair'],
  [0, 31, 40, 'fair'],
  [0, 5, 251, 'fair'],
  [0.051, 5, 40, 'bad'],
  [0, 61, 40, 'bad'],
  [0, 5, 501, 'bad'],
] as const)('loss %d, jitter %d, rtt %d is %s', (loss, jitter_ms, rtt_ms, want) => {
  expect(light({ loss, jitter_ms, rtt_ms })).toBe(want)
})

test('the worse light wins, and nothing known is no light', () => {
  expect(worse('good', 'bad')).toBe('bad')
  expect(worse('unknown', 'fair')).toBe('fair')
  expect(light(undefined)).toBe('unknown')
})

test('the meter begins at -60 dB and is full at -6', () => {
  expect(loudness(0)).toBe(0)
  expect(loudness(0.001)).toBeCloseTo(0)
  expect(loudness(0.5012)).toBeCloseTo(1)
  expect(loudness(1)).toBe(1)
})

test.each([
  ['NotAllowedError', 'denied'],
  ['NotFoundError', 'no_microphone'],
  ['NotReadableError', 'microphone_busy'],
  ['whatever', 'no_microphone'],
])('%s is %s', (name, want) => {
  expect(refusal(name)).toBe(want)
})
