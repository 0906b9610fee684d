import { expect, test } from 'vitest'
import type { ChatConversation, ConversationMessage } from '../src/gen/api.gen.ts'
import type { Outgoing } from './kept.ts'
import { stillOut, unread, withMessages, withPlace, withRead, withSnapshot } from './merge.ts'

const said = (id: number, more: Partial<ConversationMessage> = {}): ConversationMessage => ({
  id,
  contact_id: 7,
  author: 'customer',
  name: '',
  text: `m${id}`,
  files: [],
  at_ms: id,
  ...more,
})
const talk = (messages: ConversationMessage[], more: Partial<ChatConversation> = {}): ChatConversation => ({
  contact_id: 7,
  deferred: false,
  seq: 1,
  state: 'waiting',
  files: false,
  survey: 'none',
  place: { position: 1, wait_low_ms: 0, wait_high_ms: 0 },
  messages,
  ...more,
})

test('a message told twice, or late, stands once and in its place', () => {
  const out = withMessages([said(1), said(3)], [said(2), said(3)])
  expect(out.map(m => m.id)).toEqual([1, 2, 3])
})

test('a read mark is not lost when the message is told again without it', () => {
  const out = withMessages(withRead([said(1), said(2)], 1, 99), [said(1)])
  expect(out.map(m => m.read_at_ms)).toEqual([99, undefined])
})

test('a snapshot of another conversation replaces the old one, of the same one it adds', () => {
  expect(withSnapshot(talk([said(1)]), talk([said(2)])).messages.map(m => m.id)).toEqual([1, 2])
  expect(withSnapshot(talk([said(1)]), talk([said(5)], { contact_id: 8 })).messages.map(m => m.id)).toEqual([5])
})

test('the place and the wait only get better within one wait', () => {
  let floor = withPlace(undefined, 7, { position: 3, wait_low_ms: 100, wait_high_ms: 300 })
  floor = withPlace(floor, 7, { position: 5, wait_low_ms: 200, wait_high_ms: 250 })
  expect(floor).toEqual({ contact: 7, position: 3, low: 100, high: 250 })
  floor = withPlace(floor, 7, { position: 2, wait_low_ms: 0, wait_high_ms: 0 }) // unknown for a moment
  expect(floor).toEqual({ contact: 7, position: 2, low: 100, high: 250 })
  expect(withPlace(floor, 8, { position: 9, wait_low_ms: 1, wait_high_ms: 2 }).position).toBe(9)
})

test('what the centre has said it has is no longer on its way', () => {
  const out: Outgoing[] = ['a', 'b'].map(key => ({ key, text: key, files: [], at: 0 }))
  expect(stillOut(out, [said(1, { key: 'a' })]).map(o => o.key)).toEqual(['b'])
})

test('only what a person has written since the last look is unread', () => {
  expect(unread([said(1, { author: 'agent' }), said(2, { author: 'system' }), said(3), said(4, { author: 'agent' })], 1)).toBe(1)
})
