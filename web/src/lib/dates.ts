import type { Locale } from './i18n.ts'

/** Month and weekday names, short, as each language writes them in running text. Intl is not asked: Chromium lacks nynorsk. */
const months: Record<Locale, string[]> = {
  nb: ['jan.', 'feb.', 'mars', 'april', 'mai', 'juni', 'juli', 'aug.', 'sep.', 'okt.', 'nov.', 'des.'],
  nn: ['jan.', 'feb.', 'mars', 'april', 'mai', 'juni', 'juli', 'aug.', 'sep.', 'okt.', 'nov.', 'des.'],
  sv: ['jan.', 'feb.', 'mars', 'april', 'maj', 'juni', 'juli', 'aug.', 'sep.', 'okt.', 'nov.', 'dec.'],
  en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
}
const weekdays: Record<Locale, string[]> = {
  nb: ['søndag', 'mandag', 'tirsdag', 'onsdag', 'torsdag', 'fredag', 'lørdag'],
  nn: ['søndag', 'måndag', 'tysdag', 'onsdag', 'torsdag', 'fredag', 'laurdag'],
  sv: ['söndag', 'måndag', 'tisdag', 'onsdag', 'torsdag', 'fredag', 'lördag'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
}

/** The zone that times are shown in: the centre's, once it is known. */
let zone: string | undefined
let parts: Intl.DateTimeFormat

/** Sets the centre's time zone; an unknown one leaves the browser's own. */
export function setZone(name: string | undefined) {
  try {
    parts = new Intl.DateTimeFormat('en-GB', {
      timeZone: name,
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    zone = name
  } catch {
    if (zone !== undefined) setZone(undefined)
  }
}
setZone(undefined)

export type Local = { year: number; month: number; day: number; weekday: number; hour: string; minute: string; second: string }

/** The wall-clock parts of an instant in the centre's zone; month counts from 0, weekday from Sunday. */
export function local(ms: number): Local {
  const p: Record<string, string> = {}
  for (const { type, value } of parts.formatToParts(ms)) p[type] = value
  const year = Number(p.year)
  const month = Number(p.month) - 1
  const day = Number(p.day)
  return {
    year,
    month,
    day,
    weekday: new Date(Date.UTC(year, month, day)).getUTCDay(),
    hour: p.hour ?? '',
    minute: p.minute ?? '',
    second: p.second ?? '',
  }
}

/** 13:04, in all four languages. */
export function timeOfDay(ms: number): string {
  const p = local(ms)
  return `${p.hour}:${p.minute}`
}

/** 13:04:20 */
export function timeWithSeconds(ms: number): string {
  return `${timeOfDay(ms)}:${local(ms).second}`
}

/** 21. nov., with the year when it is not this one. */
export function date(l: Locale, ms: number, nowMS = Date.now()): string {
  const p = local(ms)
  const month = months[l][p.month] ?? ''
  const day = l === 'en' || l === 'sv' ? `${p.day} ${month}` : `${p.day}. ${month}`
  return p.year === local(nowMS).year ? day : `${day} ${p.year}`
}

/** lørdag 21. nov. */
export function longDate(l: Locale, ms: number): string {
  return `${weekdays[l][local(ms).weekday] ?? ''} ${date(l, ms)}`
}

/** Whether two instants fall on the same day of the centre. */
export function sameDay(a: number, b: number): boolean {
  const p = local(a)
  const q = local(b)
  return p.day === q.day && p.month === q.month && p.year === q.year
}

/** The time today, else the date, else date and time are too much for a list. */
export const timeOrDate = (l: Locale, ms: number, nowMS = Date.now()) => (sameDay(ms, nowMS) ? timeOfDay(ms) : date(l, ms, nowMS))
