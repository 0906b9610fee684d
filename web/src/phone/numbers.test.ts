import { expect, test } from 'vitest'
import { bare, findNumbers, looksLikeNumber, readable } from './numbers.ts'

test.each([
  ['Ring meg på 900 00 123 i kveld', '90000123'],
  ['Ring +47 22 00 00 00.', '+4722000000'],
  ['Tlf: +4790000123', '+4790000123'],
  ['ring 08-123 45 67 tack', '081234567'],
  ['+46 70-123 45 67', '+46701234567'],
  ['0047 900 00 123', '+4790000123'],
  ['22 00 00 00', '22000000'],
])('%s holds %s', (text, want) => {
  expect(findNumbers(text).find(p => p.number)?.number).toBe(want)
})

test.each([
  'Ordre 88213',
  'konto 1234.56.78901',
  'KID 123456789012345',
  'kl. 12:30 den 22.11.2026',
  'beløpet er 1 299,00 kr',
  '2026-11-22',
])('%s holds no number', text => {
  expect(findNumbers(text)).toEqual([{ text }])
})

test('what stands around a number stays', () => {
  expect(
    findNumbers('a +4790000123 b')
      .map(p => p.text)
      .join(''),
  ).toBe('a +4790000123 b')
})

test('typed numbers', () => {
  expect(looksLikeNumber('900 00 123')).toBe(true)
  expect(looksLikeNumber('Kari')).toBe(false)
  expect(looksLikeNumber('12')).toBe(false)
  expect(bare(' 0047 (22) 00-00 00 ')).toBe('+4722000000')
})

test.each([
  ['+4790000123', '+47 900 00 123'],
  ['+4722000000', '+47 22 00 00 00'],
  ['+46701234567', '+46 70 123 45 67'],
  ['+4533123456', '+45 33 12 34 56'],
  ['+15551234', '+15551234'],
])('%s reads %s', (n, want) => {
  expect(readable(n)).toBe(want)
})
