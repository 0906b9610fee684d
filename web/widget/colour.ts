/** A colour as red, green and blue, 0 to 255. */
type RGB = [number, number, number]

const parse = (hex: string): RGB => [1, 3, 5].map(i => Number.parseInt(hex.slice(i, i + 2), 16)) as RGB
const print = (c: RGB) => `#${c.map(v => Math.round(v).toString(16).padStart(2, '0')).join('')}`

/** Relative luminance as WCAG 2 defines it. */
function luminance(c: RGB): number {
  const [r, g, b] = c.map(v => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as RGB
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** The contrast ratio of two colours written as #rrggbb, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(parse(a)), luminance(parse(b))]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

/** White or black, whichever reads better on a colour: always at least 4.58:1. */
export const on = (colour: string) => (contrast(colour, '#ffffff') >= contrast(colour, '#000000') ? '#ffffff' : '#000000')

/** The nearest shade of a colour that can be read on every one of some backgrounds: mixed with black or white until the contrast is enough. */
export function readable(colour: string, backgrounds: string[], ratio = 4.5): string {
  const toward = on(backgrounds[0] ?? '#ffffff') === '#000000' ? 0 : 255
  const from = parse(colour)
  for (let part = 0; part < 1; part += 0.04) {
    const mixed = print(from.map(v => v + (toward - v) * part) as RGB)
    if (backgrounds.every(b => contrast(mixed, b) >= ratio)) return mixed
  }
  return print([toward, toward, toward])
}

/** A brand's colour as #rrggbb; what is not one becomes the house blue. */
export const safeColour = (colour: string) => (/^#[0-9a-f]{6}$/i.test(colour) ? colour.toLowerCase() : '#0b5aa8')
