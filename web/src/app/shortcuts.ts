import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { Key } from '../lib/i18n.ts'

/**
 * One shortcut. `keys` is a single key («r», «Shift+E», «F8»), a chord with the platform's modifier («mod+k»), or a sequence («g d»). Single keys work outside
 * fields only and can be switched off (WCAG 2.1.4); chords and function keys work everywhere. Without keys it is a command of the palette alone.
 * Ctrl+Alt is never used: it is AltGr on Nordic keyboards.
 */
export type Shortcut = { keys: string; label: Key; group: Group; run: (e?: KeyboardEvent) => void }
export type Group = 'keys.group_everywhere' | 'keys.group_desk' | 'keys.group_conversation' | 'keys.group_wall'

const registered = new Set<{ current: Shortcut }>()
const watchers = new Set<() => void>()
let list: Shortcut[] = []
const changed = () => {
  list = [...registered].map(r => r.current)
  for (const w of watchers) w()
}

let singles = true
/** Switches single-key shortcuts on or off. */
export const allowSingleKeys = (on: boolean) => {
  singles = on
}

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

/** The keys as they are printed on the keyboard, one string a key. */
export const printedKeys = (keys: string): string[] =>
  keys
    .split(/[+ ]/)
    .map(k =>
      k === 'mod'
        ? isMac
          ? '⌘'
          : 'Ctrl'
        : k === 'Shift'
          ? '⇧'
          : k === 'Enter'
            ? '↵'
            : k === 'Escape'
              ? 'Esc'
              : k.length === 1
                ? k.toUpperCase()
                : k,
    )

/** Whether a key event goes to something that takes text. */
export function inField(e: Pick<KeyboardEvent, 'target'>): boolean {
  const el = e.target
  if (!(el instanceof HTMLElement)) return false
  return el.isContentEditable || el.matches('input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select')
}

/** The name of what was pressed, in the form of Shortcut.keys. */
export function pressed(e: KeyboardEvent): string {
  const mod = isMac ? e.metaKey : e.ctrlKey
  const letter = /^[a-z]$/i.test(e.key)
  const key = letter ? (e.shiftKey ? e.key.toUpperCase() : e.key.toLowerCase()) : e.key
  if (mod) return `mod+${e.shiftKey && !letter ? 'Shift+' : ''}${letter ? key.toLowerCase() : key}`
  if (e.shiftKey && (letter || e.key.length > 1)) return `Shift+${letter ? key.toUpperCase() : key}`
  return key
}

/** Whether a shortcut may act while somebody is writing. */
const everywhere = (keys: string) => keys.startsWith('mod+') || /^(Shift\+)?F\d+$/.test(keys)

/**
 * Whether a dialog, menu or the like was open when the key went down. It is looked for before anybody else hears of the key: Escape closes it, and it
 * must not be gone by the time we ask, or the same Escape would close what is behind it too.
 */
let layered = false
/** Looks for open layers; exported for its test. */
export const lookForLayers = () => {
  layered = document.querySelector('[role=dialog], [role=menu]') !== null
}

let prefix = ''
let prefixAt = 0

/** Finds the shortcut that a key press means; exported for its test. */
export function match(e: KeyboardEvent, shortcuts: Shortcut[], now: number): Shortcut | undefined {
  if (e.isComposing || e.altKey || (!isMac && e.metaKey)) return undefined
  const name = pressed(e)
  const writing = inField(e)
  const able = (s: Shortcut) => everywhere(s.keys) || (singles && !writing && !layered)
  const sequence = prefix && now - prefixAt < 1500 ? shortcuts.findLast(s => s.keys === `${prefix} ${name}` && able(s)) : undefined
  prefix = ''
  if (sequence) return sequence
  if (shortcuts.some(s => s.keys.startsWith(`${name} `) && able(s))) {
    prefix = name
    prefixAt = now
    return undefined
  }
  return shortcuts.findLast(s => s.keys === name && able(s))
}

if (typeof addEventListener === 'function') {
  addEventListener('keydown', lookForLayers, { capture: true })
  addEventListener('keydown', e => {
    if (e.defaultPrevented) return
    const hit = match(
      e,
      [...registered].map(r => r.current),
      Date.now(),
    )
    if (!hit) return
    e.preventDefault()
    hit.run(e)
  })
}

/** Registers a shortcut while the component is shown and `on`; a later one of the same keys wins. */
export function useShortcut(shortcut: Shortcut, on = true) {
  const ref = useRef(shortcut)
  ref.current = shortcut
  useEffect(() => {
    if (!on) return
    registered.add(ref)
    changed()
    return () => {
      registered.delete(ref)
      changed()
    }
  }, [on])
}

const subscribe = (fn: () => void) => {
  watchers.add(fn)
  return () => void watchers.delete(fn)
}
/** Every shortcut that works right now, for the sheet and the palette. */
export const useShortcutList = () => useSyncExternalStore(subscribe, () => list)
