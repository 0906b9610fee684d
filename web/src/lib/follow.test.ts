import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Followed, follow, type Told } from './follow.ts'

type Answer = { status?: number; push?: (text: string) => void; end?: () => void; die?: () => void }
let asked: { url: string; headers: Record<string, string>; answer: Answer }[] = []
let told: Told[] = []
let followed: Followed | undefined
let next: { status: number }[] = []

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  asked = []
  told = []
  next = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const answer: Answer = {}
    asked.push({ url, headers: init.headers as Record<string, string>, answer })
    const status = next.shift()?.status ?? 200
    if (status === 0) throw new TypeError('no network')
    const body = new ReadableStream<Uint8Array>({
      start(c) {
        answer.push = text => c.enqueue(new TextEncoder().encode(text))
        answer.end = () => c.close()
        init.signal?.addEventListener('abort', () => {
          try {
            c.error(new DOMException('aborted', 'AbortError'))
          } catch {
            return
          }
        })
      },
    })
    return new Response(status === 200 ? body : null, { status })
  })
})
afterEach(() => {
  followed?.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})
const start = () => {
  followed = follow('/api/live', {}, m => told.push(m))
}
const settle = () => vi.advanceTimersByTimeAsync(0)
const links = () => told.flatMap(m => (m.t === 'link' ? [m.link] : []))

test('a break resumes after the last sequence number, sooner first and later after', async () => {
  next = [{ status: 200 }, { status: 0 }, { status: 503 }, { status: 200 }]
  start()
  await settle()
  asked[0]!.answer.push!('id: 41\nevent: agent\ndata: {}\n\nevent: typing\ndata: {}\n\n')
  await settle()
  asked[0]!.answer.end!()
  await settle()
  expect(links()).toEqual(['live', 'lost'])
  await vi.advanceTimersByTimeAsync(500)
  expect(asked).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(1000)
  expect(asked).toHaveLength(3)
  await vi.advanceTimersByTimeAsync(2000)
  expect(asked).toHaveLength(4)
  expect(asked[0]!.headers['Last-Event-ID']).toBeUndefined()
  expect(asked[3]!.headers['Last-Event-ID']).toBe('41')
})

test('a connection that died in silence is noticed and opened again', async () => {
  start()
  await settle()
  asked[0]!.answer.push!(': still here\n\n')
  await settle()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(15_000)
  expect(asked.length).toBeGreaterThan(1)
  expect(links()).toContain('lost')
})

test('a lid opened again does not wait: what was silent too long is opened anew at once', async () => {
  start()
  await settle()
  asked[0]!.answer.push!(': still here\n\n')
  await settle()
  followed!.wake()
  expect(asked).toHaveLength(1)
  vi.setSystemTime(Date.now() + 600_000)
  followed!.wake()
  await settle()
  expect(asked).toHaveLength(2)
})

test('a session that is over is not asked for again until it is woken', async () => {
  next = [{ status: 401 }]
  start()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveLength(1)
  expect(links()).toEqual(['signed_out'])
  followed!.wake()
  await settle()
  expect(asked).toHaveLength(2)
})

test('while somebody is here the server is told so every few seconds, and no longer', async () => {
  followed = follow('/api/live', {}, m => told.push(m), '/api/desk/here')
  await vi.advanceTimersByTimeAsync(11_000)
  expect(asked.filter(a => a.url === '/api/desk/here')).toHaveLength(3)
  followed.close()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(asked.filter(a => a.url === '/api/desk/here')).toHaveLength(3)
})
