import { expect, test } from 'vitest'
import { band, csv, line, niceStep, plane, ticks } from './scale.ts'

const xy = plane({ left: 0, right: 100, top: 0, bottom: 100 }, 3, 10)

test.each([
  [10, 4, 2.5],
  [97, 4, 25],
  [0.9, 4, 0.25],
  [0, 4, 1],
])('a step for 0..%d in %d parts is %d', (max, n, step) => expect(niceStep(max, n)).toBeCloseTo(step))

test('counts have whole ticks that reach their greatest', () => {
  expect(ticks(97, 4)).toEqual([0, 25, 50, 75, 100])
  expect(ticks(3, 4)).toEqual([0, 1, 2, 3])
  expect(ticks(0, 4)).toEqual([0, 1])
})

test('what is outside the scale is clamped to its edge: nothing is drawn outside of its card', () => {
  expect(xy.y(25)).toBe(0)
  expect(xy.y(-5)).toBe(100)
})

test('a line is broken where nothing is known, and a band leaves such places out', () => {
  expect(line(xy, [0, null, 10])).toBe('M0.0 100.0M100.0 0.0')
  expect(band(xy, [0, undefined, 0], [10, 10, 10])).toBe('M0.0 0.0L100.0 0.0L100.0 100.0L0.0 100.0Z')
  expect(band(xy, [0, null, null], [10, 10, 10])).toBe('')
})

test('a file of values quotes what would break a row', () => {
  expect(
    csv(
      ['Kø', 'n'],
      [
        ['Fiber; feil', 3],
        ['"A"', 1],
      ],
    ),
  ).toBe('Kø;n\r\n"Fiber; feil";3\r\n"""A""";1')
})
