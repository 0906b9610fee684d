import { expect, test } from 'vitest'
import { creationOptions, fromBase64url, toBase64url } from './webauthn.ts'

test('bytes survive base64url both ways, whatever their number', () => {
  for (let n = 0; n < 8; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => 250 + i)
    const text = toBase64url(bytes.buffer)
    expect(text).toMatch(/^[\w-]*$/)
    expect([...new Uint8Array(fromBase64url(text))]).toEqual([...bytes])
  }
})

test('the options that the server writes are what the browser takes', () => {
  const o = creationOptions({
    publicKey: {
      challenge: '-_8',
      rp: { id: 'kundeservice.fjordglimt.example', name: 'Fjordglimt' },
      user: { id: 'AAAAAAAAAAc', name: 'kari@fjordglimt.example', displayName: 'Kari' },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      excludeCredentials: [{ type: 'public-key', id: 'AQI' }],
    },
  })
  expect([...new Uint8Array(o.challenge as ArrayBuffer)]).toEqual([251, 255])
  expect([...new Uint8Array(o.user.id as ArrayBuffer)].at(-1)).toBe(7)
  expect([...new Uint8Array(o.excludeCredentials?.[0]?.id as ArrayBuffer)]).toEqual([1, 2])
  expect(creationOptions({ publicKey: { challenge: '', user: { id: '' }, excludeCredentials: null } }).excludeCredentials).toEqual([])
})
