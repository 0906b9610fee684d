import { afterEach, expect, test } from 'vitest'
import { date, local, longDate, sameDay, setZone, timeOfDay, timeOrDate, timeWithSeconds } from './dates.ts'

const at = Date.UTC(2026, 10, 21, 12, 4, 20)
afterEach(() => setZone('Europe/Oslo'))
setZone('Europe/Oslo')

test('times are the centre’s, with 24 hours in every language', () => {
  expect(timeOfDay(at)).toBe('13:04')
  expect(timeWithSeconds(at)).toBe('13:04:20')
  expect(timeOfDay(Date.UTC(2026, 10, 21, 23, 30))).toBe('00:30')
  setZone('Europe/Helsinki')
  expect(timeOfDay(at)).toBe('14:04')
})

test('an unknown zone leaves a clock that works', () => {
  setZone('Moon/Tranquility')
  expect(timeOfDay(at)).toMatch(/^\d\d:\d\d$/)
})

test.each([
  ['nb', 'lørdag 21. nov.'],
  ['nn', 'laurdag 21. nov.'],
  ['sv', 'lördag 21 nov.'],
  ['en', 'Saturday 21 Nov'],
] as const)('the day in %s is %s', (l, text) => expect(longDate(l, at).replace(/ 2026$/, '')).toBe(text))

test('another year is said, this one is not', () => {
  expect(date('nb', Date.UTC(2025, 4, 17), at)).toBe('17. mai 2025')
  expect(date('nb', Date.UTC(2026, 4, 17), at)).toBe('17. mai')
})

test('a day ends at the centre’s midnight, not at Greenwich’s', () => {
  expect(sameDay(Date.UTC(2026, 10, 21, 22, 30), Date.UTC(2026, 10, 21, 23, 30))).toBe(false)
  expect(timeOrDate('nb', at - 60_000, at)).toBe('13:03')
  expect(timeOrDate('nb', at - 86_400_000, at)).toBe('20. nov.')
  expect(local(at).weekday).toBe(6)
})
