import { expect, test } from 'vitest'
import { type Canned, fill, findCanned, slashWord } from './canned.ts'

const canned = (id: number, key: string, title: string, text: string, brand?: number): Canned => ({
  id,
  key,
  title: { nb: title },
  text: { nb: text },
  brand_id: brand,
})
const all = [
  canned(1, 'hei', 'Hilsen', 'Hei {{customer}}'),
  canned(2, 'maler', 'Målerstand', 'Les av måleren'),
  canned(3, 'takk', 'Avslutning', 'Takk for hilsen'),
  canned(4, 'sund', 'Hilsen Sund', 'Hej', 2),
]

test('a slash asks for a text only at the start of a word', () => {
  expect(slashWord('/', 1)).toEqual({ from: 0, word: '' })
  expect(slashWord('Hei /Ma', 7)).toEqual({ from: 4, word: 'ma' })
  expect(slashWord('24/7', 4)).toBeUndefined()
  expect(slashWord('se https://x/y', 14)).toBeUndefined()
  expect(slashWord('/hei du', 7)).toBeUndefined()
})

test('the shortcut counts before the title, and the title before the text; another brand’s is not shown', () => {
  expect(findCanned(all, 'hei', 1, 'nb').map(h => h.id)).toEqual([1])
  expect(findCanned(all, 'hilsen', 1, 'nb').map(h => h.id)).toEqual([1, 3])
  expect(findCanned(all, '', 2, 'nb').map(h => h.id)).toContain(4)
  expect(findCanned(all, '', 1, 'nb').map(h => h.id)).not.toContain(4)
})

test('no customer is greeted by the name of a blank', () => {
  const blanks = { customer: '', agent: 'Mina', brand: 'Fjordglimt', queue: '' }
  expect(fill('Hei {{customer}}! Du snakker med {{agent}}.', blanks)).toBe('Hei! Du snakker med Mina.')
  expect(fill('{{nothing}}Takk', blanks)).toBe('Takk')
})
