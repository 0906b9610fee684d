import { expect, test } from 'vitest'
import { fits } from './fold.ts'

test.each([
  ['Feil målerstand', 'maler', true],
  ['Høy faktura', 'faktura hoy', true],
  ['Ærlig talt', 'aerlig', true],
  ['Flytting', 'fiber', false],
  ['Flytting', '', true],
])('«%s» searched for by «%s»: %s', (text, query, found) => expect(fits(text, query)).toBe(found))
