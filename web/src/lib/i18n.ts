import { createContext, useContext } from 'react'
import type nb from '../../messages/nb.json'

/** The languages of the screens. Everything a person sees exists in all four. */
export const locales = ['nb', 'nn', 'sv', 'en'] as const
export type Locale = (typeof locales)[number]

/** What each language is called by those who speak it. */
export const localeNames: Record<Locale, string> = { nb: 'Bokmål', nn: 'Nynorsk', sv: 'Svenska', en: 'English' }

type Raw = keyof typeof nb
/** A key of the catalogues; `waiting_one` and `waiting_other` are both the key `waiting`. */
export type Key = Raw extends infer K ? (K extends `${infer B}_one` | `${infer B}_other` ? B : K) : never
export type Vars = Record<string, string | number>
export type Translate = (key: Key, vars?: Vars) => string
export type Catalogue = Record<string, string>

/** The locale list for Intl. Chromium has no data for nn and would silently answer in American English. */
export const intlLocale = (l: Locale): string[] => (l === 'nn' ? ['nn', 'nb'] : l === 'en' ? ['en-GB'] : [l])

/** Whether n takes the singular: the rule is the same in all four languages, and needs no data that Chromium lacks. */
const singular = (n: number) => n === 1

/** Makes `t` for one language. A number among the variables is written as the language writes it; `n` chooses the plural form. */
export function translator(locale: Locale, catalogue: Catalogue): Translate {
  const format = new Intl.NumberFormat(intlLocale(locale))
  return (key, vars) => {
    const n = vars?.n
    const plural = typeof n === 'number' ? catalogue[`${key}_${singular(n) ? 'one' : 'other'}`] : undefined
    const text = plural ?? catalogue[key] ?? key
    if (!vars) return text
    return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = vars[name]
      return typeof value === 'number' ? format.format(value) : (value ?? '')
    })
  }
}

/** The language of a person who has not chosen one: the browser's first that we speak. */
export function guessLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const l = tag.toLowerCase().slice(0, 2)
    if (l === 'no') return 'nb'
    const known = locales.find(k => k === l)
    if (known) return known
  }
  return 'nb'
}

export type Words = { locale: Locale; t: Translate; setLocale: (l: Locale) => void }

/** The words of the screen: the shell provides them once the catalogue is here. */
export const I18n = createContext<Words>({ locale: 'nb', t: key => key, setLocale: () => undefined })
export const useT = () => useContext(I18n)

/** Picks a text written in several languages: the reader's, else the nearest relative, else any. */
export function pick(texts: Record<string, string>, locale: string): string {
  const order: Record<string, string[]> = { nb: ['nn', 'sv', 'en'], nn: ['nb', 'sv', 'en'], sv: ['nb', 'nn', 'en'], en: ['nb', 'sv', 'nn'] }
  for (const l of [locale, ...(order[locale] ?? ['nb', 'en'])]) if (texts[l]) return texts[l]
  return Object.values(texts)[0] ?? ''
}
