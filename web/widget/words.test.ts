import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import en from './words/en.json'
import nb from './words/nb.json'
import nn from './words/nn.json'
import sv from './words/sv.json'
import { languageOf, opensText, sizeText, speak, waitText } from './words.ts'

const all = { nb, nn, sv, en }
const blanks = (text: string) => (text.match(/\{\w\}/g) ?? []).sort().join()

test('every language has every word, with the same blanks', () => {
  for (const [language, words] of Object.entries(all)) {
    expect(Object.keys(words), language).toEqual(Object.keys(nb))
    for (const [key, text] of Object.entries(words)) {
      expect(text, `${language} ${key}`).not.toBe('')
      expect(blanks(text), `${language} ${key}`).toBe(blanks(nb[key as keyof typeof nb]))
    }
  }
})

test('no word is kept that nothing says', () => {
  const folder = new URL('.', import.meta.url)
  const sources = readdirSync(folder).filter(f => /\.tsx?$/.test(f) && !f.includes('.test.'))
  const text = sources.map(f => readFileSync(new URL(f, folder), 'utf8')).join('\n')
  expect(Object.keys(nb).filter(key => !text.includes(`'${key}'`))).toEqual([])
})

test('a language tag finds its language', () => {
  expect(['no', 'nb-NO', 'NN', 'sv_SE', 'de', ''].map(languageOf)).toEqual(['nb', 'nb', 'nn', 'sv', 'en', 'en'])
})

beforeAll(() => speak('nn'))

test('nynorsk says when it opens in nynorsk, whatever the browser knows', () => {
  const saturday = new Date(2026, 10, 21, 20, 0).getTime()
  const hour = 3_600_000
  expect(opensText(saturday + hour, saturday)).toBe('i dag kl. 21:00')
  expect(opensText(saturday + 12 * hour, saturday)).toBe('i morgon kl. 08:00')
  expect(opensText(saturday + 60 * hour, saturday)).toBe('tysdag kl. 08:00')
  expect(opensText(saturday + 204 * hour, saturday)).toBe('måndag 30.11. kl. 08:00')
})

test('a wait is a range of whole minutes, or nothing when nobody knows', () => {
  expect(waitText(0, 0)).toBe('')
  expect(waitText(20_000, 50_000)).toBe('under eitt minutt')
  expect(waitText(100_000, 230_000)).toBe('om lag 1–4 min')
  expect(waitText(121_000, 180_000)).toBe('om lag 2–3 min')
})

test('a size has the decimal mark of the language', () => {
  expect(sizeText(12_345)).toBe('12 kB')
  expect(sizeText(2_340_000)).toBe('2,3 MB')
})
