// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { anyUnsent, dropDraft, forgetDrafts, takeDraft, writeDraft } from './drafts.ts'

let kept: { id: string; kind: string; text: string; keepalive?: boolean }[] = []
let fail = false
beforeEach(() => {
  vi.useFakeTimers()
  kept = []
  fail = false
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (fail) throw new TypeError('no network')
    kept.push({
      id: url.split('/')[3] ?? '',
      ...(JSON.parse(String(init.body)) as { kind: string; text: string }),
      keepalive: init.keepalive,
    })
    return new Response(null, { status: 204 })
  })
})
afterEach(() => {
  forgetDrafts()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('a draft is kept once the hands have rested, not for every letter', async () => {
  for (const text of ['H', 'He', 'Hei']) {
    writeDraft(5, 'reply', text)
    await later(300)
  }
  expect(kept).toEqual([])
  await later(800)
  expect(kept.map(k => k.text)).toEqual(['Hei'])
})

test('a reply’s draft and a note’s are two', async () => {
  writeDraft(5, 'reply', 'til kunden')
  writeDraft(5, 'note', 'til kolleger')
  await later(800)
  expect(kept.map(k => [k.kind, k.text])).toEqual([
    ['reply', 'til kunden'],
    ['note', 'til kolleger'],
  ])
})

test('what could not be kept is tried again, and is written all the while', async () => {
  fail = true
  writeDraft(5, 'reply', 'Hei')
  await later(900)
  expect(anyUnsent()).toBe(true)
  fail = false
  await later(4000)
  expect(kept.map(k => k.text)).toEqual(['Hei'])
})

test('the server’s copy stays until the reply has gone, and a new text begun meanwhile is not lost with it', async () => {
  writeDraft(5, 'reply', 'første')
  await later(800)
  expect(takeDraft(5, 'reply')).toBe('første')
  await later(5000)
  expect(kept).toHaveLength(1)
  writeDraft(5, 'reply', 'andre')
  dropDraft(5, 'reply')
  await later(800)
  expect(kept.map(k => k.text)).toEqual(['første', 'andre'])
  takeDraft(5, 'reply')
  dropDraft(5, 'reply')
  await later(0)
  expect(kept.at(-1)?.text).toBe('')
})

test('a page that goes away keeps what is written, and asks only about replies', async () => {
  writeDraft(5, 'note', 'notat')
  expect(anyUnsent()).toBe(false)
  writeDraft(5, 'reply', 'svar')
  expect(anyUnsent()).toBe(true)
  dispatchEvent(new Event('pagehide'))
  await later(0)
  expect(kept.map(k => [k.text, k.keepalive])).toEqual([
    ['notat', true],
    ['svar', true],
  ])
})
