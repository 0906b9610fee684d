import { useSyncExternalStore } from 'react'
import type { Catalogue, Locale } from '../lib/i18n.ts'

/** The words of the app come in parts, so that nobody fetches the words of a face they do not open. */
export type Part = 'base' | 'admin' | 'phone' | 'telephony'
type Load = () => Promise<{ default: Catalogue }>
const files: Record<Part, Record<Locale, Load>> = {
  base: {
    nb: () => import('virtual:words/nb/base'),
    nn: () => import('virtual:words/nn/base'),
    sv: () => import('virtual:words/sv/base'),
    en: () => import('virtual:words/en/base'),
  },
  admin: {
    nb: () => import('virtual:words/nb/admin'),
    nn: () => import('virtual:words/nn/admin'),
    sv: () => import('virtual:words/sv/admin'),
    en: () => import('virtual:words/en/admin'),
  },
  phone: {
    nb: () => import('virtual:words/nb/phone'),
    nn: () => import('virtual:words/nn/phone'),
    sv: () => import('virtual:words/sv/phone'),
    en: () => import('virtual:words/en/phone'),
  },
  telephony: {
    nb: () => import('virtual:words/nb/telephony'),
    nn: () => import('virtual:words/nn/telephony'),
    sv: () => import('virtual:words/sv/telephony'),
    en: () => import('virtual:words/en/telephony'),
  },
}

type Spoken = { locale: Locale; words: Catalogue }
let spoken: Spoken = { locale: 'nb', words: {} }
const parts = new Set<Part>(['base'])
const watchers = new Set<() => void>()

/** Changes the language of the app, once its words are here. */
export async function speak(locale: Locale): Promise<void> {
  const loaded = await Promise.all([...parts].map(async p => (await files[p][locale]()).default))
  spoken = { locale, words: Object.assign({}, ...loaded) }
  for (const w of watchers) w()
}

/** Fetches a face together with the words that are its own. */
export async function withWords<T>(part: Part, face: Promise<T>): Promise<T> {
  if (parts.has(part)) return face
  parts.add(part)
  await Promise.all([face, speak(spoken.locale)])
  return face
}

const watch = (fn: () => void) => {
  watchers.add(fn)
  return () => void watchers.delete(fn)
}
export const useSpoken = () => useSyncExternalStore(watch, () => spoken)
export const spokenNow = () => spoken
