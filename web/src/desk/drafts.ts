import { useEffect, useSyncExternalStore } from 'react'
import type { ConversationDraft } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'

/** A draft is kept on the server 800 ms after the last letter, so that it is there in every tab, on every machine and after a crash. */
const restMS = 800
const againMS = 4000

export type DraftKind = 'reply' | 'note'
export type DraftState = 'clean' | 'typing' | 'saving' | 'saved' | 'unsaved'
type Draft = { text: string; kept: string; state: DraftState; timer?: ReturnType<typeof setTimeout> }

const drafts = new Map<string, Draft>()
const watchers = new Set<() => void>()
const tell = () => {
  for (const w of watchers) w()
}
const watch = (fn: () => void) => {
  watchers.add(fn)
  return () => void watchers.delete(fn)
}
const keyOf = (contact: number, kind: DraftKind) => `${contact}:${kind}`
const set = (key: string, change: Partial<Draft>) => {
  drafts.set(key, { ...(drafts.get(key) ?? { text: '', kept: '', state: 'clean' }), ...change })
  tell()
}

async function keep(contact: number, kind: DraftKind, keepalive = false) {
  const key = keyOf(contact, kind)
  const d = drafts.get(key)
  if (!d) return
  clearTimeout(d.timer)
  if (d.text === d.kept) return set(key, { state: d.text ? 'saved' : 'clean', timer: undefined })
  const text = d.text
  set(key, { state: 'saving', timer: undefined })
  try {
    await api('PUT /api/contacts/{id}/draft', { path: { id: contact }, body: { kind, text }, keepalive })
    const now = drafts.get(key)
    set(key, { kept: text, state: now?.text === text ? (text ? 'saved' : 'clean') : 'typing' })
  } catch {
    const now = drafts.get(key)
    clearTimeout(now?.timer)
    set(key, { state: 'unsaved', timer: setTimeout(() => void keep(contact, kind), againMS) })
  }
}

/** Changes the text of a draft and has it kept when the hands rest. */
export function writeDraft(contact: number, kind: DraftKind, text: string) {
  const key = keyOf(contact, kind)
  clearTimeout(drafts.get(key)?.timer)
  set(key, { text, state: 'typing', timer: setTimeout(() => void keep(contact, kind), restMS) })
}

/** Takes the text out of a draft, to be sent; the server's copy stays until the sending has succeeded and dropDraft is called. */
export function takeDraft(contact: number, kind: DraftKind): string {
  const key = keyOf(contact, kind)
  const d = drafts.get(key)
  clearTimeout(d?.timer)
  set(key, { text: '', state: 'clean', timer: undefined })
  return d?.text ?? ''
}

/** Lets the server's copy go, unless something new has been written meanwhile. */
export function dropDraft(contact: number, kind: DraftKind) {
  const d = drafts.get(keyOf(contact, kind))
  if (d && !d.text) void keep(contact, kind)
}

/** Whether any reply is written and not sent: only then does leaving the page ask. */
export const anyUnsent = () => [...drafts].some(([k, d]) => k.endsWith(':reply') && d.text.trim() !== '')

const flush = () => {
  for (const [key, d] of drafts) {
    const [contact, kind] = key.split(':')
    if (d.text !== d.kept && d.timer) void keep(Number(contact), kind as DraftKind, true)
  }
}
if (typeof addEventListener === 'function') {
  addEventListener('pagehide', flush)
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush())
}

/** The draft of one contact and kind. What the server kept is taken once, and never over what has been written here since. */
export function useDraft(contact: number, kind: DraftKind, kept: ConversationDraft[]) {
  const key = keyOf(contact, kind)
  const d = useSyncExternalStore(watch, () => drafts.get(key))
  const stored = kept.find(k => k.kind === kind)?.text ?? ''
  useEffect(() => {
    if (!drafts.has(key) && stored) set(key, { text: stored, kept: stored, state: 'saved' })
  }, [key, stored])
  return {
    text: d?.text ?? '',
    state: d?.state ?? 'clean',
    write: (text: string) => writeDraft(contact, kind, text),
    rest: () => void keep(contact, kind),
  }
}

/** Forgets everything; for tests. */
export const forgetDrafts = () => drafts.clear()
