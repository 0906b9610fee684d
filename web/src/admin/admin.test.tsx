import { expect, test } from 'vitest'
import nb from '../../messages/nb.json'
import nn from '../../messages/nn.json'
import type { ConfigChannelShare, ConfigDocument, ConfigPerson, ConfigQueue, ConfigReason, ConfigStep } from '../gen/api.gen.ts'
import { translator } from '../lib/i18n.ts'
import { meeting, most, withMeeting } from './capacities.tsx'
import { complete } from './complete.ts'
import { keyFrom, toggled } from './draft.ts'
import { openMinutes, tidyClock, weekText } from './hours.tsx'
import { previewWhy } from './preview.tsx'
import { withEntry } from './queries.ts'
import { ancestors, asTree } from './small.tsx'
import { nextStep } from './steps.tsx'
import { exactly, qualified, stepSentence } from './words.ts'

const t = translator('nb', nb)

test('a key is made of a name, and never one that is taken', () => {
  expect(keyFrom('Fiber og TV', [])).toBe('fiber-og-tv')
  expect(keyFrom('Ærlig Øyvind Åsen-Öberg', [])).toBe('aerlig-oyvind-asen-oberg')
  expect(keyFrom('Strøm', ['strom', 'strom-2'])).toBe('strom-3')
  expect(keyFrom('  ', [])).toBe('')
  expect(keyFrom('x'.repeat(60), [])).toMatch(/^[a-z0-9][a-z0-9-]{0,39}$/)
})

test('choices go in and out', () => {
  expect(toggled(toggled(['a'], 'b'), 'a')).toEqual(['b'])
})

const step = (s: Partial<ConfigStep>): ConfigStep => ({
  after_s: 0,
  needs: [],
  teams: [],
  partners: [],
  all_hands: false,
  drop_contact_needs: false,
  ...s,
})
const person = (key: string, team: string, level: number, more: Partial<ConfigPerson> = {}): ConfigPerson => ({
  id: 1,
  key,
  name: key,
  email: `${key}@fjordglimt.example`,
  language: 'nb',
  team,
  capacity: 'c',
  active: true,
  roles: [{ role: 'agent', scope: 'organisation' }],
  skills: [{ skill: 'strom', level }],
  ...more,
})
const share = (channel: ConfigChannelShare['channel'], s: Partial<ConfigChannelShare> = {}): ConfigChannelShare => ({
  channel,
  weight: 4,
  max: 3,
  beside: [],
  parked_by: [],
  ...s,
})
const document = {
  teams: [
    { id: 1, key: 'kraft', name: 'Kraft' },
    { id: 2, key: 'fiber', name: 'Fiber' },
    { id: 3, key: 'vest', name: 'Vest', partner: 'svarhuset' },
  ],
  partners: [{ id: 1, key: 'svarhuset', name: 'Svarhuset' }],
  skills: [{ id: 1, key: 'strom', kind: 'product', name: { nb: 'Strøm' } }],
  capacities: [
    { id: 1, key: 'c', name: 'C', total: 12, offers_during_wrap_up: false, channels: [share('chat')] },
    { id: 2, key: 'none', name: 'N', total: 12, offers_during_wrap_up: false, channels: [share('chat', { max: 0 })] },
  ],
  people: [
    person('a', 'kraft', 5),
    person('b', 'fiber', 3),
    person('c', 'vest', 9),
    person('gone', 'kraft', 9, { active: false }),
    person('leader', 'kraft', 9, { roles: [{ role: 'leader', scope: 'organisation' }] }),
    person('full', 'kraft', 9, { capacity: 'none' }),
  ],
  reasons: [] as ConfigReason[],
} as unknown as ConfigDocument
const queue = { channels: ['chat'] } as ConfigQueue

test('a step reaches those it admits who know enough and carry the channel', () => {
  const who = (s: Partial<ConfigStep>) => qualified(step(s), queue, document).join()
  expect(who({})).toBe('a,b') // every house team, no partner
  expect(who({ teams: ['kraft'] })).toBe('a')
  expect(who({ teams: ['kraft'], partners: ['svarhuset'] })).toBe('a,c')
  expect(who({ all_hands: true })).toBe('a,b,c')
  expect(who({ needs: [{ skill: 'strom', level: 4 }] })).toBe('a')
  expect(qualified(step({}), { ...queue, channels: ['phone'] }, document)).toEqual([])
})

test('a step says itself in a sentence', () => {
  expect(stepSentence(step({ teams: ['kraft'], needs: [{ skill: 'strom', level: 4 }] }), document, t, 'nb')).toBe(
    'Med en gang: Kraft, med minst Strøm 4.',
  )
  expect(stepSentence(step({ after_s: 90, all_hands: true }), document, t, 'nb')).toBe('Etter 90 s: Alle, uansett ferdighet.')
})

test('a length of time is told exactly', () => {
  expect([30, 60, 90, 3600, 5400, 86400].map(s => exactly(s, t, 'nb'))).toEqual(['30 s', '1 min', '90 s', '1 t', '90 min', '1 døgn'])
})

test('a new step only relaxes', () => {
  const a = step({ needs: [{ skill: 'strom', level: 4 }], teams: ['kraft'] })
  expect(nextStep([a])).toMatchObject({ after_s: 30, teams: ['kraft'], needs: [{ skill: 'strom', level: 2 }] })
  expect(nextStep([a, { ...a, after_s: 60 }]).after_s).toBe(120)
})

test('what fits at once is the least of the limit and the room', () => {
  const c = { id: 1, key: 'c', name: 'C', total: 12, offers_during_wrap_up: false, channels: [] }
  expect(most(c, share('chat'))).toBe(3)
  expect(most(c, share('chat', { weight: 5 }))).toBe(2)
})

test('a meeting of two channels goes round alone, beside, parks and leaves the others be', () => {
  const s = share('email', { beside: ['chat'], parked_by: [] })
  expect(meeting(s, 'phone')).toBe('alone')
  const beside = { ...s, ...withMeeting(s, 'phone', 'beside') }
  expect(meeting(beside, 'phone')).toBe('beside')
  const parks = { ...beside, ...withMeeting(beside, 'phone', 'parks') }
  expect(parks).toMatchObject({ beside: ['chat', 'phone'], parked_by: ['phone'] })
  expect({ ...parks, ...withMeeting(parks, 'phone', 'alone') }).toMatchObject({ beside: ['chat'], parked_by: [] })
})

test('a week is told in a line, in nynorsk too', () => {
  const week = (['mon', 'tue', 'wed', 'thu', 'fri'] as const).map(day => ({ day, periods: ['08:00-11:30', '12:00-16:00'] }))
  expect(weekText(week, t)).toBe('man–fre 08:00–11:30 12:00–16:00, lør–søn stengt')
  expect(weekText([], translator('nn', nn))).toBe('mån–søn stengt')
  expect(openMinutes(week)).toBe(5 * 7.5 * 60)
})

test('a time is tidied as people write it', () => {
  expect(['8', '08', '830', '1630', '8:05', '24:00', 'x', ''].map(tidyClock)).toEqual([
    '08:00',
    '08:00',
    '08:30',
    '16:30',
    '08:05',
    '24:00',
    'x',
    '',
  ])
})

const reason = (key: string, parent?: string): ConfigReason => ({ id: 0, key, parent, name: {}, active: true })

test('reasons stand below their parents, and one whose parent is gone stands at the top', () => {
  const all = [reason('b1', 'b'), reason('a'), reason('b'), reason('a1', 'a'), reason('lost', 'nobody')]
  expect(asTree(all).map(r => r.key)).toEqual(['a', 'a1', 'b', 'b1', 'lost'])
  expect(ancestors(reason('x', 'a1'), all)).toEqual(['a1', 'a'])
})

test('reasons that go in a ring are all there, and end', () => {
  const ring = [reason('a', 'b'), reason('b', 'a')]
  expect(asTree(ring)).toHaveLength(2)
  expect(ancestors(ring[0]!, ring)).toEqual(['b', 'a'])
})

test('a document that leaves lists out is complete', () => {
  expect(
    complete({ queues: [{ key: 'q', steps: [{ needs: null, teams: null, after_s: 0 }] }], brands: [{ greeting: null }], people: null }),
  ).toEqual({
    queues: [{ key: 'q', steps: [{ needs: [], teams: [], after_s: 0 }] }],
    brands: [{ greeting: {} }],
    people: [],
  })
})

test('an entry is put in its place; a new one goes last', () => {
  const d = document
  expect(withEntry(d, 'teams', { id: 2, key: 'fiber', name: 'Ny' }).index).toBe(1)
  const { document: after, index } = withEntry(d, 'teams', { id: 0, key: 'ny', name: 'Ny' })
  expect([index, after.teams.length, d.teams.length]).toEqual([3, 4, 3])
})

test('the preview tells of somebody else, not of you', () => {
  const why = { rule: 'best_fit' as const, candidates: 3, fit: 1, free_ms: 60_000, score: 1, step: 1, waited_ms: 0 }
  expect(previewWhy(t, why, 'Kari')).toEqual([
    'Kari passer best av dem som er ledige.',
    '3 ledige kunne tatt den.',
    'Kari har vært ledig i 1 min.',
    'Køen hadde utvidet kretsen (trinn 2).',
  ])
})
