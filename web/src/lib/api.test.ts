import { afterEach, expect, test, vi } from 'vitest'
import { address, api, Problem, whenSignedOut } from './api.ts'

const answer = (status: number, body: unknown) =>
  vi.fn(async (_url: string, _init?: RequestInit) => new Response(status === 204 ? null : JSON.stringify(body), { status }))
afterEach(() => vi.unstubAllGlobals())

test('a route becomes an address with its path and query', () => {
  expect(address('GET /api/contacts/{id}/messages', { id: 7 }, { before: 30, limit: undefined })).toBe('/api/contacts/7/messages?before=30')
  expect(address('GET /api/files/{id}', { id: 'a/b' })).toBe('/api/files/a%2Fb')
})

test('a command carries a key of its own, or the one it is given', async () => {
  const fetch = answer(204, undefined)
  vi.stubGlobal('fetch', fetch)
  await api('POST /api/offers/{id}/decline', { path: { id: 3 }, key: 'decline-3' })
  await api('POST /api/contacts/{id}/end', { path: { id: 3 } })
  await api('GET /api/me')
  const keys = fetch.mock.calls.map(c => (c[1]?.headers as Record<string, string>)['Idempotency-Key'])
  expect(keys[0]).toBe('decline-3')
  expect(keys[1]).toMatch(/^[0-9a-f-]{36}$/)
  expect(keys[2]).toBeUndefined()
})

test('a refusal is a Problem of its kind, with what must be corrected', async () => {
  vi.stubGlobal(
    'fetch',
    answer(422, { type: 'about:blank#invalid', detail: 'too long', errors: [{ location: 'body.text', message: 'too long' }] }),
  )
  const e = await api('GET /api/me').catch((x: unknown) => x)
  expect(e).toBeInstanceOf(Problem)
  expect(e).toMatchObject({ kind: 'invalid', detail: 'too long', errors: [{ where: 'body.text', text: 'too long' }], passing: false })
})

test('no answer, and an answer that is no JSON, are passing', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('network')
  })
  expect(await api('GET /api/me').catch((x: unknown) => x)).toMatchObject({ kind: 'offline', passing: true })
  vi.stubGlobal('fetch', async () => new Response('<html>bad gateway', { status: 502 }))
  expect(await api('GET /api/me').catch((x: unknown) => x)).toMatchObject({ kind: 'unavailable', passing: true })
})

test('an ended session is told once for everybody', async () => {
  const over = vi.fn()
  whenSignedOut(over)
  vi.stubGlobal('fetch', answer(401, {}))
  await api('GET /api/me').catch(() => undefined)
  expect(over).toHaveBeenCalledOnce()
})
