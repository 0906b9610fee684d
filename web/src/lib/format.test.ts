import { expect, test } from 'vitest'
import nb from '../../messages/nb.json'
import { bytes, clock, firstName, initials, left, percent, permille, span } from './format.ts'
import { translator } from './i18n.ts'

const t = translator('nb', nb)
const plain = (s: string) => s.replace(/[\s\u00a0\u202f]/g, ' ')

test.each([
  [0, '0:00'],
  [999, '0:00'],
  [61_000, '1:01'],
  [3_600_000, '1:00:00'],
  [-5, '0:00'],
])('%d ms on a clock is %s', (ms, text) => expect(clock(ms)).toBe(text))

test('a time left is over only when it is over', () => {
  expect(left(1)).toBe('0:01')
  expect(left(0)).toBe('0:00')
})

test.each([
  [4000, '4 s'],
  [59_600, '1 min'],
  [3_540_000, '59 min'],
  [3_600_000, '1 t'],
  [5_400_000, '1 t 30 min'],
  [86_400_000, '1 dag'],
  [200_000_000, '2 dager'],
])('%d ms in words is %s', (ms, text) => expect(span(t, ms)).toBe(text))

test('shares are whole percentages, and a dash where there is nothing to divide by', () => {
  expect(plain(percent('nb', 0.796))).toBe('80 %')
  expect(plain(permille('nn', 842))).toBe('84 %')
  expect(permille('nb', -1)).toBe('–')
})

test('sizes, names and letters', () => {
  expect(plain(bytes('nb', 482_113))).toBe('482 kB')
  expect(plain(bytes('nb', 2_500_000))).toBe('2,5 MB')
  expect(firstName('  Kari  Nordlie ')).toBe('Kari')
  expect(initials('Kari Anne Nordlie')).toBe('KN')
  expect(initials('')).toBe('?')
})
