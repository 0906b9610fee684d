import { signal } from '@preact/signals'

/** A message on its way to the centre: kept in storage until the centre has said that it has it. Its key makes a repeated send the same message. */
export type Outgoing = {
  key: string
  text: string
  files: { id: string; name: string; bytes: number; type: string }[]
  at: number
  start?: { queue?: number; name: string; email: string; deferred?: boolean }
  failed?: 'closed' | 'over' | 'refused'
}

/** The best place told so far in one conversation: what is shown only ever gets better. */
export type Floor = { contact: number; position: number; low: number; high: number }

/** What this browser remembers of its visits to one brand. */
export type Kept = {
  token?: string
  verified?: boolean
  subject?: string
  name: string
  email: string
  outbox: Outgoing[]
  draft: string
  seen: number
  left: number
  floor?: Floor
}

const nothing: Kept = { name: '', email: '', outbox: [], draft: '', seen: 0, left: 0 }
const query = new URLSearchParams(location.search)

/** The brand's public key, and the site that shows the chat (empty where it is a page of its own). */
export const brandKey = query.get('key') ?? ''
export const site = query.get('site') ?? ''
export const wantedLanguage = query.get('lang') || navigator.language
export const wantedScheme = query.get('scheme') ?? ''

const place = `sentral.chat.${brandKey}`

function read(): Kept {
  try {
    return { ...nothing, ...JSON.parse(localStorage.getItem(place) ?? '{}') }
  } catch {
    return nothing
  }
}

export const kept = signal<Kept>(read())

/** Changes what is remembered. Where storage is closed to us it lives as long as the page. */
export function keep(change: Partial<Kept>) {
  kept.value = { ...kept.value, ...change }
  try {
    localStorage.setItem(place, JSON.stringify(kept.value))
  } catch {
    return
  }
}

/** Forgets the visitor: another person uses the browser now. */
export function forget() {
  kept.value = nothing
  try {
    localStorage.removeItem(place)
  } catch {
    return
  }
}

/** Tells when another tab has changed what is remembered. */
export function whenChangedElsewhere(fn: (before: Kept) => void) {
  addEventListener('storage', e => {
    if (e.key !== place) return
    const before = kept.value
    kept.value = read()
    fn(before)
  })
}
