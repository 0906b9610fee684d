import { expect, test } from 'vitest'
import { contrast, on, readable, safeColour } from './colour.ts'

// Every 17th step of each channel: 4,096 brand colours, the awkward middle greys among them.
const colours = Array.from(
  { length: 4096 },
  (_, i) => `#${[i >> 8, (i >> 4) & 15, i & 15].map(v => (v * 17).toString(16).padStart(2, '0')).join('')}`,
)

test('contrast is as WCAG reckons it', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.478, 3) // the well-known grey that just fails
})

test('words on any brand colour, and any brand colour on both schemes, can be read', () => {
  for (const c of colours) {
    expect(contrast(on(c), c), c).toBeGreaterThanOrEqual(4.5)
    for (const backgrounds of [
      ['#ffffff', '#eef2f7'],
      ['#151b24', '#1f2732'],
    ]) {
      const shade = readable(c, backgrounds)
      for (const b of backgrounds) expect(contrast(shade, b), `${c} on ${b}`).toBeGreaterThanOrEqual(4.5)
      expect(contrast(on(shade), shade), shade).toBeGreaterThanOrEqual(4.5)
    }
  }
})

test('a colour that can be read already stays the brand’s own', () => {
  expect(readable('#0b5aa8', ['#ffffff', '#eef2f7'])).toBe('#0b5aa8')
})

test('what is not a colour becomes the house blue', () => {
  expect(safeColour('red;background:url(x)')).toBe('#0b5aa8')
  expect(safeColour('#FFD23F')).toBe('#ffd23f')
})
