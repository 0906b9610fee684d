import { expect, test } from 'vitest'
import nb from '../../messages/nb.json'
import { guessLocale, intlLocale, pick, translator } from './i18n.ts'

const t = translator('nb', nb)

test('a number chooses the plural form, and is written as the language writes it', () => {
  expect(t('unread', { n: 1 })).toBe('1 ulest')
  expect(t('unread', { n: 2 })).toBe('2 uleste')
  expect(t('unread', { n: 12345 }).replace(/\s/g, ' ')).toBe('12 345 uleste')
})

test('a variable that is missing leaves nothing behind, and a key without a text shows itself', () => {
  expect(t('reply.to', {})).toBe('Svar til ')
  expect(translator('nb', {})('close')).toBe('close')
})

test('nynorsk never falls through to American English where the browser lacks it', () => {
  expect(intlLocale('nn')).toEqual(['nn', 'nb'])
  expect(intlLocale('en')).toEqual(['en-GB'])
})

test.each([
  [['no', 'en'], 'nb'],
  [['nn-NO', 'nb'], 'nn'],
  [['fi', 'sv-FI'], 'sv'],
  [['de'], 'nb'],
] as const)('a browser that wants %j is given %s', (wanted, locale) => {
  expect(guessLocale(wanted)).toBe(locale)
})

test('a text in several languages is read in the nearest', () => {
  expect(pick({ nb: 'Faktura', en: 'Invoice' }, 'nn')).toBe('Faktura')
  expect(pick({ en: 'Invoice' }, 'sv')).toBe('Invoice')
  expect(pick({}, 'sv')).toBe('')
})
