import { expect, test } from 'vitest'
import { type Frame, frameReader } from './sse.ts'

function read(...chunks: string[]): Frame[] {
  const out: Frame[] = []
  const feed = frameReader(f => out.push(f))
  for (const c of chunks) feed(c)
  return out
}

const whole = 'retry: 1000\n\nid: 7\nevent: message\ndata: {"a":1}\n\n: still here\n\nevent: typing\ndata: {}\n\n'

test('frames come whole, however the stream is cut', () => {
  const want = [
    { event: 'message', data: '{"a":1}', id: 7, seq: 7 },
    { event: 'typing', data: '{}', id: 0, seq: 0 },
  ]
  expect(read(whole)).toEqual(want)
  for (let i = 1; i < whole.length; i++) expect(read(whole.slice(0, i), whole.slice(i))).toEqual(want)
})

test('lines may end as Windows ends them, and data may have several', () => {
  expect(read('data: a\r\ndata: b\r\n\r\n')).toEqual([{ event: 'message', data: 'a\nb', id: 0, seq: 0 }])
})

test('an event that is no place to resume from still says what it is of', () => {
  expect(read('seq: 9\nevent: contact\ndata: {}\n\n')).toEqual([{ event: 'contact', data: '{}', id: 0, seq: 9 }])
})

test('a comment or an unfinished frame says nothing', () => {
  expect(read(': hello\n\n', 'data: half')).toEqual([])
})
