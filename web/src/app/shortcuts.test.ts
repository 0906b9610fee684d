// @vitest-environment happy-dom
import { afterEach, expect, test } from 'vitest'
import { allowSingleKeys, lookForLayers, match, type Shortcut } from './shortcuts.ts'

const run = () => undefined
const list: Shortcut[] = ['r', 'Shift+E', '?', 'mod+k', 'F8', 'g w', 'Escape'].map(keys => ({
  keys,
  label: 'close',
  group: 'keys.group_desk',
  run,
}))
const press = (key: string, o: KeyboardEventInit = {}, target: EventTarget = document.body, at = 0) => {
  const e = new KeyboardEvent('keydown', { key, ...o })
  Object.defineProperty(e, 'target', { value: target })
  return match(e, list, at)?.keys
}
const field = document.createElement('textarea')
afterEach(() => allowSingleKeys(true))

test('single keys work outside of fields, chords and function keys everywhere', () => {
  expect(press('r')).toBe('r')
  expect(press('r', {}, field)).toBeUndefined()
  expect(press('k', { ctrlKey: true }, field)).toBe('mod+k')
  expect(press('F8', {}, field)).toBe('F8')
  expect(press('E', { shiftKey: true })).toBe('Shift+E')
  expect(press('?', { shiftKey: true })).toBe('?')
})

test('AltGr never sets anything off: it writes @, € and { on Nordic keyboards', () => {
  expect(press('r', { altKey: true, ctrlKey: true })).toBeUndefined()
  expect(press('k', { altKey: true, ctrlKey: true })).toBeUndefined()
})

test('single keys can be switched off, and the rest stays', () => {
  allowSingleKeys(false)
  expect(press('r')).toBeUndefined()
  expect(press('F8')).toBe('F8')
})

test('a sequence must follow soon, and its second key is not itself', () => {
  expect(press('g', {}, document.body, 1000)).toBeUndefined()
  expect(press('w', {}, document.body, 1800)).toBe('g w')
  expect(press('w', {}, document.body, 1900)).toBeUndefined()
  expect(press('g', {}, document.body, 5000)).toBeUndefined()
  expect(press('w', {}, document.body, 9000)).toBeUndefined()
})

test('while a dialog or a menu is open, the letters and Escape belong to it, even if it closes on that very key', () => {
  document.body.innerHTML = '<div role="menu"></div>'
  lookForLayers()
  document.body.innerHTML = ''
  expect(press('r')).toBeUndefined()
  expect(press('Escape')).toBeUndefined()
  expect(press('k', { ctrlKey: true })).toBe('mod+k')
  lookForLayers()
  expect(press('Escape')).toBe('Escape')
})
