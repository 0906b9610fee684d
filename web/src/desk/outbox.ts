import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { foldDetail } from '../app/deskstate.ts'
import { contactKey } from '../app/live.ts'
import type { ContactDetail, ConversationFile, ConversationMessage } from '../gen/api.gen.ts'
import { api, asProblem, newKey, type Problem } from '../lib/api.ts'
import { recall, remember } from '../lib/storage.ts'
import { dropDraft } from './drafts.ts'

/**
 * A reply on its way. Its key is made once, when the agent presses send, and goes with every attempt: whatever is lost on the way, the customer
 * gets it once. held: may still be undone. sending. waiting: no answer yet, tried again by itself. refused: a colleague has answered meanwhile.
 * failed: the server will not have it as it is.
 */
export type Outgoing = {
  key: string
  contact: number
  text: string
  files: ConversationFile[]
  after: number
  at: number
  state: 'held' | 'sending' | 'waiting' | 'refused' | 'failed'
  until?: number
  problem?: Problem
}

const againMS = [1000, 2000, 4000, 8000, 15_000]

let items: Outgoing[] = []
let client: QueryClient | undefined
let box = ''
const timers = new Map<string, ReturnType<typeof setTimeout>>()
const attempts = new Map<string, number>()
const busy = new Set<number>()
const watchers = new Set<() => void>()

function change(next: Outgoing[]) {
  items = next
  if (box) remember(box, items.length ? items.map(({ problem: _, ...rest }) => rest) : undefined)
  for (const w of watchers) w()
}
const patch = (key: string, p: Partial<Outgoing>) => change(items.map(i => (i.key === key ? { ...i, ...p } : i)))
const without = (key: string) => {
  clearTimeout(timers.get(key))
  timers.delete(key)
  attempts.delete(key)
  change(items.filter(i => i.key !== key))
}

/** Opens the outbox of one agent; what an earlier page left unsent waits for a word, with the key it had. */
export function openOutbox(c: QueryClient, agent: number) {
  client = c
  if (box === `outbox.${agent}`) return
  box = `outbox.${agent}`
  change((recall<Outgoing[]>(box) ?? []).map(i => ({ ...i, state: 'failed' as const, until: undefined })))
}

/** Sends a reply: at once, or after holdMS in which it can be undone. */
export function sendReply(m: { contact: number; text: string; files: ConversationFile[]; after: number; holdMS: number }): Outgoing {
  const now = Date.now()
  const item: Outgoing = {
    key: newKey(),
    contact: m.contact,
    text: m.text,
    files: m.files,
    after: m.after,
    at: now,
    state: m.holdMS > 0 ? 'held' : 'sending',
    until: m.holdMS > 0 ? now + m.holdMS : undefined,
  }
  change([...items, item])
  if (m.holdMS > 0)
    timers.set(
      item.key,
      setTimeout(() => release(item.key), m.holdMS),
    )
  else void work(m.contact)
  return item
}

/** Lets a held reply go now. */
export function release(key: string) {
  const item = items.find(i => i.key === key)
  if (!item || item.state === 'sending') return
  clearTimeout(timers.get(key))
  patch(key, { state: 'sending', until: undefined, problem: undefined })
  void work(item.contact)
}

/** Sends a refused reply all the same, now that the agent has read what the colleague wrote. */
export function sendAnyway(key: string, after: number) {
  const contact = items.find(i => i.key === key)?.contact
  change(items.map(i => (i.contact === contact ? { ...i, after: Math.max(i.after, after) } : i)))
  release(key)
}

/** Takes a reply back; gives its text to be written on, or undefined when it was too late. */
export function takeBack(key: string): Outgoing | undefined {
  const item = items.find(i => i.key === key)
  if (!item || item.state === 'sending') return undefined
  without(key)
  void work(item.contact)
  return item
}

/** Sends what is ready to one contact, one at a time and in order: a later reply never overtakes an earlier one. */
async function work(contact: number) {
  if (busy.has(contact)) return
  busy.add(contact)
  try {
    for (;;) {
      const item = items.find(i => i.contact === contact)
      if (item?.state !== 'sending' || !(await attempt(item))) return
    }
  } finally {
    busy.delete(contact)
  }
}

async function attempt(item: Outgoing): Promise<boolean> {
  try {
    const body = { key: item.key, text: item.text, files: item.files.map(f => f.id), after: item.after }
    const message = await api('POST /api/contacts/{id}/messages', { path: { id: item.contact }, body, key: item.key })
    show(message)
    without(item.key)
    seen(item.contact, message.id)
    dropDraft(item.contact, 'reply')
    return true
  } catch (e) {
    const problem = asProblem(e)
    if (problem.kind === 'conflict') {
      patch(item.key, { state: 'refused', problem })
      void client?.invalidateQueries({ queryKey: contactKey(item.contact) })
    } else if (problem.passing) retryLater(item, problem)
    else patch(item.key, { state: 'failed', problem })
    return false
  }
}

/** What this window has said itself is no news to the replies behind it. */
function seen(contact: number, id: number) {
  if (items.some(i => i.contact === contact && i.after < id))
    change(items.map(i => (i.contact === contact ? { ...i, after: Math.max(i.after, id) } : i)))
}

function retryLater(item: Outgoing, problem: Problem) {
  const n = attempts.get(item.key) ?? 0
  attempts.set(item.key, n + 1)
  patch(item.key, { state: 'waiting', problem })
  timers.set(
    item.key,
    setTimeout(() => release(item.key), againMS[Math.min(n, againMS.length - 1)]),
  )
}

function show(message: ConversationMessage) {
  client?.setQueryData<ContactDetail>(contactKey(message.contact_id), d =>
    d ? foldDetail(d, { seq: 0, event: 'message', data: message }) : d,
  )
}

/** Tries everything that waits, now: the network is back. */
export function hurry() {
  for (const i of items) if (i.state === 'waiting') release(i.key)
}
if (typeof addEventListener === 'function') addEventListener('online', hurry)

/** Whether anything is on its way or stuck: leaving the page then asks first. */
export const anyOutgoing = () => items.length > 0

const watch = (fn: () => void) => {
  watchers.add(fn)
  return () => void watchers.delete(fn)
}
export const useOutbox = () => useSyncExternalStore(watch, () => items)

/** Empties the outbox and forgets whose it was; for tests. */
export function closeOutbox() {
  for (const t of timers.values()) clearTimeout(t)
  timers.clear()
  box = ''
  items = []
}
