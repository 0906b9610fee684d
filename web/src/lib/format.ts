import { intlLocale, type Locale, type Translate } from './i18n.ts'

const numbers = new Map<string, Intl.NumberFormat>()
const cached = (l: Locale, options: Intl.NumberFormatOptions) => {
  const key = l + JSON.stringify(options)
  let f = numbers.get(key)
  if (!f) {
    f = new Intl.NumberFormat(intlLocale(l), options)
    numbers.set(key, f)
  }
  return f
}

/** A count, or a figure with a fixed number of decimals. */
export const num = (l: Locale, x: number, decimals = 0) =>
  cached(l, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(x)

/** A share of 1 as a whole percentage. */
export const percent = (l: Locale, share: number) => cached(l, { style: 'percent', maximumFractionDigits: 0 }).format(share)

/** A share in thousandths as a whole percentage; a dash where there is nothing to divide by (-1). */
export const permille = (l: Locale, p: number) => (p < 0 ? '–' : percent(l, p / 1000))

/** A running time as people read a clock: 0:42, 12:05, 1:02:09. */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const pad = (n: number) => String(n).padStart(2, '0')
  const h = Math.floor(s / 3600)
  return h ? `${h}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}` : `${Math.floor(s / 60)}:${pad(s % 60)}`
}

/** A time left, rounded up: it shows 0:01 until it is over. */
export const left = (ms: number) => clock(Math.ceil(ms / 1000) * 1000)

/** A length of time in words, two units at most: 45 s, 12 min, 3 t 20 min. */
export function span(t: Translate, ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return t('span.seconds', { s })
  const m = Math.round(s / 60)
  if (m < 60) return t('span.minutes', { m })
  const h = Math.floor(m / 60)
  if (h < 24) return m % 60 ? t('span.hours_minutes', { h, m: m % 60 }) : t('span.hours', { h })
  return t('span.days', { n: Math.round(h / 24) })
}

/** A file's size. */
export function bytes(l: Locale, n: number): string {
  if (n < 1000) return `${num(l, n)} B`
  if (n < 1_000_000) return `${num(l, n / 1000)} kB`
  return `${num(l, n / 1_000_000, 1)} MB`
}

/** The first word of a name, for «Send to Kari». */
export const firstName = (name: string) => name.trim().split(/\s+/)[0] ?? ''

/** At most two letters for an avatar. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean)
  const first = words[0]?.[0] ?? '?'
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''
  return (first + last).toUpperCase()
}
