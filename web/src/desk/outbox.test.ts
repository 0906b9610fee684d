// @vitest-environment happy-dom
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { anyOutgoing, closeOutbox, hurry, openOutbox, release, sendAnyway, sendReply, takeBack } from './outbox.ts'

type Sent = { url: string; body: { key: string; text: string; after: number } }
let sent: Sent[] = []
let answers: (() => Response)[] = []
const ok = () => new Response(JSON.stringify({ id: 41, contact_id: 5, author: 'agent', name: '', text: '', files: [], at_ms: 0 }))
const refuse = (status: number) => () => new Response(JSON.stringify({}), { status })

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  sent = []
  answers = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (url.endsWith('/messages') && init.method === 'POST') {
      sent.push({ url, body: JSON.parse(String(init.body)) as Sent['body'] })
      return (answers.shift() ?? ok)()
    }
    return new Response(null, { status: 204 })
  })
  openOutbox(new QueryClient(), 7)
})
afterEach(() => {
  closeOutbox()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})
const send = (text: string, holdMS = 0, contact = 5) => sendReply({ contact, text, files: [], after: 40, holdMS })
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('every attempt at one reply carries the same key, so the customer gets it once', async () => {
  answers = [
    () => {
      throw new TypeError('no network')
    },
    refuse(503),
    ok,
  ]
  send('Hei')
  await later(0)
  await later(1000)
  await later(2000)
  expect(sent).toHaveLength(3)
  expect(new Set(sent.map(s => s.body.key)).size).toBe(1)
  expect(anyOutgoing()).toBe(false)
})

test('a later reply never overtakes an earlier one that waits', async () => {
  answers = [refuse(503)]
  send('først')
  send('så')
  await later(0)
  expect(sent.map(s => s.body.text)).toEqual(['først'])
  hurry()
  await later(0)
  expect(sent.map(s => s.body.text)).toEqual(['først', 'først', 'så'])
})

test('what is held can be undone, and what has gone cannot', async () => {
  const held = send('angres', 5000)
  expect(takeBack(held.key)?.text).toBe('angres')
  await later(6000)
  expect(sent).toEqual([])
  const gone = send('går')
  expect(takeBack(gone.key)).toBeUndefined()
  await later(0)
  expect(sent).toHaveLength(1)
})

test('what is held goes when its time is over, once', async () => {
  const held = send('snart', 5000)
  await later(5000)
  release(held.key)
  await later(0)
  expect(sent).toHaveLength(1)
})

test('when a colleague has answered, nothing more goes until the agent has said so', async () => {
  answers = [refuse(409)]
  const mine = send('mitt')
  send('mer')
  await later(60_000)
  expect(sent).toHaveLength(1)
  sendAnyway(mine.key, 44)
  await later(0)
  expect(sent.map(s => [s.body.text, s.body.after])).toEqual([
    ['mitt', 40],
    ['mitt', 44],
    ['mer', 44],
  ])
})

test('what this window has said is no news to the reply behind it', async () => {
  send('først')
  send('så')
  await later(0)
  expect(sent.map(s => s.body.after)).toEqual([40, 41])
})

test('what stood behind a reply that is taken back goes on', async () => {
  answers = [refuse(409)]
  const mine = send('mitt')
  send('mer')
  await later(0)
  takeBack(mine.key)
  await later(0)
  expect(sent.map(s => s.body.text)).toEqual(['mitt', 'mer'])
})

test('what an earlier page left unsent is there again with its key, and waits for a word', async () => {
  answers = [refuse(503)]
  const before = send('fra før')
  await later(0)
  closeOutbox()
  openOutbox(new QueryClient(), 7)
  await later(60_000)
  expect(sent).toHaveLength(1)
  release(before.key)
  await later(0)
  expect(sent[1]?.body.key).toBe(before.key)
})

test('a colleague at the same machine never sees another’s outbox', async () => {
  answers = [refuse(503)]
  send('mitt')
  await later(0)
  closeOutbox()
  openOutbox(new QueryClient(), 8)
  expect(anyOutgoing()).toBe(false)
})
