// Fails when a pair of tokens has less contrast than WCAG asks of it (text 7:1, secondary text 4.5:1, borders of fields 3:1), or when two category
// colours come too near one another for a colour-blind eye (Viénot 1999 simulation, distance in CIELAB).
import { readFileSync } from 'node:fs'

const css = readFileSync('src/styles/tokens.css', 'utf8')
const block = selector => {
  const body = css.slice(css.indexOf(`${selector} {`)).split('}')[0]
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/gi)].map(m => [m[1], m[2]]))
}
const linear = hex =>
  [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
const luminance = hex => linear(hex).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
const contrast = (a, b) => {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (hi + 0.05) / (lo + 0.05)
}
const eyes = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}
const lab = ([r, g, b]) => {
  const f = t => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047)
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b)
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}
const seen = (hex, eye) => {
  const v = linear(hex)
  return lab(eye.map(row => Math.max(0, Math.min(1, row[0] * v[0] + row[1] * v[1] + row[2] * v[2]))))
}
const need = [
  ...['bg', 'surface', 'surface-2', 'note', 'ok-soft', 'warn-soft', 'bad-soft', 'accent-soft'].map(b => ['text', b, 7]),
  ...['bg', 'surface', 'surface-2', 'note', 'accent-soft'].map(b => ['text-2', b, 4.5]),
  ...['bg', 'surface', 'surface-2'].map(b => ['text-3', b, 4.5]),
  ...['bg', 'surface', 'accent-soft'].map(b => ['accent', b, 4.5]),
  ...['ok', 'warn', 'bad'].flatMap(s => ['surface', 'bg', 'surface-2', `${s}-soft`].map(b => [s, b, 4.5])),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-hover', 4.5],
  ['on-bad', 'bad', 4.5],
  ['note', 'note-strong', 4.5],
  ['note-strong', 'surface', 4.5],
  ['border-strong', 'surface', 3],
  ['border-strong', 'bg', 3],
  ...['c1', 'c2', 'c3', 'c4', 'c5'].map(c => [c, 'surface', 3]),
]
const least = { light: 32, dark: 20 }
let faults = 0
for (const [scheme, selector] of [
  ['light', ':root'],
  ['dark', '[data-mantine-color-scheme="dark"]'],
]) {
  const token = block(selector)
  for (const [a, b, k] of need) {
    const ratio = contrast(token[a], token[b])
    if (ratio < k && ++faults) console.error(`${scheme}: ${a} on ${b} is ${ratio.toFixed(2)}:1, wants ${k}:1`)
  }
  for (const [name, eye] of Object.entries(eyes)) {
    const five = ['c1', 'c2', 'c3', 'c4', 'c5'].map(c => seen(token[c], eye))
    const distances = five.flatMap((p, i) => five.slice(i + 1).map(q => Math.hypot(...p.map((x, k) => x - q[k]))))
    if (Math.min(...distances) < least[scheme] - 1 && ++faults)
      console.error(`${scheme}: categories are ${Math.min(...distances).toFixed(0)} apart for ${name}, wants ${least[scheme]}`)
  }
}
process.exitCode = faults ? 1 : 0
