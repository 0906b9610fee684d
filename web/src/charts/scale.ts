/** A step of 1, 2, 2.5 or 5 times a power of ten that divides 0..max into at most about n parts. */
export function niceStep(max: number, n: number): number {
  if (!(max > 0)) return 1
  const raw = max / n
  const power = 10 ** Math.floor(Math.log10(raw))
  return ([1, 2, 2.5, 5, 10].find(k => k * power >= raw) ?? 10) * power
}

/** The ticks from 0 to the first that reaches max; whole numbers only when the figures are counts. */
export function ticks(max: number, n: number, whole = true): number[] {
  const step = whole ? Math.max(1, Math.ceil(niceStep(max, n))) : niceStep(max, n)
  const out: number[] = []
  for (let v = 0; v < max + step * 0.999; v += step) out.push(Math.round(v * 1e9) / 1e9)
  return out.length > 1 ? out : [0, step]
}

export type XY = { x: (i: number) => number; y: (v: number) => number }

/** Maps indexes 0..count-1 and values 0..max onto a box, clamping what would fall outside it. */
export function plane(box: { left: number; right: number; top: number; bottom: number }, count: number, max: number): XY {
  const w = box.right - box.left
  const h = box.bottom - box.top
  return {
    x: i => box.left + (count > 1 ? (i / (count - 1)) * w : w / 2),
    y: v => box.bottom - (Math.min(max, Math.max(0, v)) / max) * h,
  }
}

/** An SVG path through the values that are known, broken where one is not. */
export function line({ x, y }: XY, values: (number | null | undefined)[]): string {
  let d = ''
  let pen = false
  values.forEach((v, i) => {
    if (v === null || v === undefined) {
      pen = false
      return
    }
    d += `${pen ? 'L' : 'M'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`
    pen = true
  })
  return d
}

/** An SVG path around the area between low and high, where both are known. */
export function band({ x, y }: XY, low: (number | null | undefined)[], high: (number | null | undefined)[]): string {
  const known = low.flatMap((l, i) => (l === null || l === undefined || high[i] === null || high[i] === undefined ? [] : [i]))
  if (known.length < 2) return ''
  const up = known.map(i => `${x(i).toFixed(1)} ${y(high[i] ?? 0).toFixed(1)}`)
  const down = known.toReversed().map(i => `${x(i).toFixed(1)} ${y(low[i] ?? 0).toFixed(1)}`)
  return `M${up.join('L')}L${down.join('L')}Z`
}

/** One table as comma-separated values that a Nordic spreadsheet opens: semicolons, quotes where needed. */
export function csv(head: string[], rows: (string | number)[][]): string {
  const cell = (c: string | number) => (/[";\n]/.test(String(c)) ? `"${String(c).replaceAll('"', '""')}"` : String(c))
  return [head, ...rows].map(r => r.map(cell).join(';')).join('\r\n')
}
