import type nb from './words/nb.json'

export const languages = ['nb', 'nn', 'sv', 'en'] as const
export type Language = (typeof languages)[number]
export type Word = keyof typeof nb

/** The language that a tag asks for: ours where we speak it, Norwegian bokmål for plain Norwegian, else English. */
export function languageOf(tag: string): Language {
  const l = tag.toLowerCase().slice(0, 2)
  return l === 'no' ? 'nb' : (languages.find(k => k === l) ?? 'en')
}

const files = import.meta.glob<{ default: Record<string, string> }>('./words/*.json')
let words: Record<string, string> = {}
export let language: Language = 'nb'

/** Fetches the words of one language; nothing is drawn before. Each language is a file of its own, so that nobody loads four. */
export async function speak(l: Language) {
  words = (await files[`./words/${l}.json`]!()).default
  language = l
}

/** The words of a key, with {x}, {n} and {d} filled in. */
export const t = (word: Word, vars: Record<string, string | number> = {}) =>
  (words[word] ?? word).replace(/\{(\w)\}/g, (_, v: string) => String(vars[v] ?? ''))

const languageTag = { nb: 'nb', nn: 'nb', sv: 'sv', en: 'en-GB' }

/** Weekdays in nynorsk from Sunday: Chromium's Intl lacks them and would answer in English. */
const nynorsk = ['søndag', 'måndag', 'tysdag', 'onsdag', 'torsdag', 'fredag', 'laurdag']
const weekday = (at: Date) =>
  language === 'nn' ? nynorsk[at.getDay()]! : at.toLocaleDateString(languageTag[language], { weekday: 'long' })

const two = (n: number) => String(n).padStart(2, '0')

/** 08:05, in the visitor's own time. */
export const clock = (ms: number) => {
  const d = new Date(ms)
  return `${two(d.getHours())}:${two(d.getMinutes())}`
}

/** When it opens, as one would say it today. */
export function opensText(atMS: number, nowMS: number): string {
  const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0)
  const ahead = Math.round((midnight(atMS) - midnight(nowMS)) / 86_400_000)
  const x = clock(atMS)
  if (ahead === 0) return t('today', { x })
  if (ahead === 1) return t('tomorrow', { x })
  const at = new Date(atMS)
  const d = weekday(at)
  return t('on_day', { d: ahead < 7 ? d : `${d} ${at.getDate()}.${at.getMonth() + 1}.`, x })
}

/** An expected wait as a range of whole minutes; empty when nobody knows. */
export function waitText(lowMS: number, highMS: number): string {
  if (highMS <= 0) return ''
  if (highMS <= 60_000) return t('soon')
  const low = Math.max(1, Math.floor(lowMS / 60_000))
  const high = Math.ceil(highMS / 60_000)
  return t('wait', { x: low < high ? `${low}–${high}` : `${high}` })
}

/** A file's size, with the decimal mark of the language. */
export function sizeText(bytes: number): string {
  const [n, unit] = bytes < 1e6 ? [Math.max(1, Math.round(bytes / 1e3)), 'kB'] : [Math.round(bytes / 1e5) / 10, 'MB']
  return `${language === 'en' ? n : String(n).replace('.', ',')} ${unit}`
}
