import { expect, test } from 'vitest'
import type { ContactDesk, ContactDetail, ContactOffer, ContactSummary, ConversationMessage } from '../gen/api.gen.ts'
import { foldDesk, foldDetail, type LiveEvent, mergeDetail } from './deskstate.ts'

const summary = (id: number, change: Partial<ContactSummary> = {}): ContactSummary => ({
  id,
  state: 'talking',
  channel: 'chat',
  queue_id: 1,
  brand_id: 1,
  agent_id: 7,
  name: 'Kari',
  preview: '',
  unread: 0,
  arrived_at_ms: 0,
  last_at_ms: 0,
  ...change,
})
const why: ContactOffer['why'] = { rule: 'best_fit', step: 0, waited_ms: 0, free_ms: 0, fit: 0, score: 0, candidates: 1 }
const offer = (id: number): ContactOffer => ({ id, contact: summary(id), at_ms: 0, until_ms: 20_000, why, history: [] })
const desk = (seq: number, change: Partial<ContactDesk> = {}): ContactDesk => ({
  seq,
  now_ms: 0,
  agent: { id: 7, name: 'Mina', status: 'ready', state: 'free', since_ms: 0, load: 0, total: 3 },
  offers: [],
  contacts: [],
  queues: [],
  ...change,
})
const message = (id: number, change: Partial<ConversationMessage> = {}): ConversationMessage => ({
  id,
  contact_id: 1,
  author: 'customer',
  name: 'Kari',
  text: `m${id}`,
  files: [],
  at_ms: id,
  ...change,
})
const event = <K extends LiveEvent['event']>(seq: number, event: K, data: Extract<LiveEvent, { event: K }>['data']) =>
  ({ seq, event, data }) as LiveEvent
const detail = (messages: ConversationMessage[], more = false): ContactDetail => ({
  seq: 10,
  contact: summary(1),
  messages,
  more,
  notes: [],
  drafts: [],
  present: [],
})

test('what the snapshot holds already is not folded again, and what comes after is', () => {
  const d = foldDesk(desk(10), [event(9, 'offer', offer(1)), event(10, 'offer', offer(2)), event(11, 'offer', offer(3))])
  expect(d.offers.map(o => o.id)).toEqual([3])
})

test('a burst told twice after a broken connection gives the same desk', () => {
  const burst = [
    event(11, 'offer', offer(1)),
    event(12, 'contact', summary(1)),
    event(12, 'offer_end', { id: 1, contact_id: 1, end: 'accepted' }),
    event(13, 'message', message(13)),
  ]
  const once = foldDesk(desk(10), burst)
  expect(foldDesk(once, burst)).toEqual(once)
  expect(once.offers).toEqual([])
  expect(once.contacts.map(c => c.id)).toEqual([1])
})

test('a contact that goes to somebody else, or ends, leaves the list; one being offered is not in it yet', () => {
  const start = desk(1, { contacts: [summary(1), summary(2)] })
  const moved = foldDesk(start, [
    event(2, 'contact', summary(1, { agent_id: 9 })),
    event(3, 'contact', summary(2, { state: 'closed' })),
    event(4, 'contact', summary(3, { state: 'offered' })),
  ])
  expect(moved.contacts).toEqual([])
})

test('an adviser keeps the contact of another in the list', () => {
  expect(foldDesk(desk(1), [event(2, 'contact', summary(5, { agent_id: 9, adviser: true }))]).contacts).toHaveLength(1)
})

test('a snapshot within a burst starts anew, and only what is later counts', () => {
  const d = foldDesk(desk(1, { offers: [offer(8)] }), [
    event(0, 'snapshot', desk(20)),
    event(19, 'offer', offer(1)),
    event(21, 'offer', offer(2)),
  ])
  expect(d.offers.map(o => o.id)).toEqual([2])
})

test('another agent’s state is not mine', () => {
  const other = { ...desk(1).agent, id: 9, status: 'paused' as const }
  expect(foldDesk(desk(1), [event(2, 'agent', other)]).agent.status).toBe('ready')
})

test('messages stand in order of their numbers, once each, and other contacts’ do not come in', () => {
  let d = detail([message(3)])
  for (const m of [message(5), message(4), message(5), message(6, { contact_id: 2 })]) d = foldDetail(d, event(99, 'message', m))
  expect(d.messages.map(m => m.id)).toEqual([3, 4, 5])
})

test('a customer’s read mark reaches our messages up to it, and not their own', () => {
  const d = detail([message(1), message(2, { author: 'agent' }), message(3, { author: 'agent' })])
  const read = foldDetail(d, event(11, 'read', { contact_id: 1, side: 'customer', message_id: 2, at_ms: 50 }))
  expect(read.messages.map(m => m.read_at_ms)).toEqual([undefined, 50, undefined])
})

test('a read mark stays when the message comes once more without it: the answer to its sending, or a contact fetched meanwhile', () => {
  const sent = message(2, { author: 'agent' })
  const read = foldDetail(detail([message(1), sent]), event(11, 'read', { contact_id: 1, side: 'customer', message_id: 2, at_ms: 50 }))
  expect(foldDetail(read, event(0, 'message', sent)).messages.map(m => m.read_at_ms)).toEqual([undefined, 50])
  expect(mergeDetail(read, detail([message(1), sent])).messages.map(m => m.read_at_ms)).toEqual([undefined, 50])
})

test('a message that came while the contact was being fetched is not lost', () => {
  const here = detail([message(1), message(2)])
  expect(mergeDetail(here, detail([message(1)])).messages.map(m => m.id)).toEqual([1, 2])
})

test('a colleague who leaves is no longer here', () => {
  const here = { contact_id: 1, agent_id: 9, name: 'Jonas', here: true, typing: false }
  const d = foldDetail(detail([]), event(0, 'presence', here))
  expect(d.present).toHaveLength(1)
  expect(foldDetail(d, event(0, 'presence', { ...here, here: false })).present).toEqual([])
})

test('a contact fetched anew keeps the older pages that were read', () => {
  const merged = mergeDetail(detail([message(1), message(2), message(3)], false), detail([message(3), message(4)], true))
  expect(merged.messages.map(m => m.id)).toEqual([1, 2, 3, 4])
  expect(merged.more).toBe(false)
  expect(mergeDetail(undefined, detail([message(3)], true)).more).toBe(true)
})
