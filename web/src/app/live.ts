import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { ContactDesk, ContactDetail, ConversationTyping } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import type { Link } from '../lib/follow.ts'
import { setServerClock } from '../lib/now.ts'
import { contactOf, foldDesk, foldDetail, type LiveEvent } from './deskstate.ts'
import { gather, type Heard, listen } from './hub.ts'

/** How the desk's stream stands, and when something was last heard. */
export type LinkState = { link: Link; at: number }
let state: LinkState = { link: 'connecting', at: Date.now() }
const watchers = new Set<() => void>()
const setLink = (s: LinkState) => {
  state = s
  for (const w of watchers) w()
}
const watch = (fn: () => void) => {
  watchers.add(fn)
  return () => watchers.delete(fn)
}
export const useLink = () => useSyncExternalStore(watch, () => state)

/** Who wants to hear of what happened, beside the cache: sounds, notifications, the title. */
const ears = new Set<(e: LiveEvent, desk: ContactDesk | undefined) => void>()
export const onLive = (fn: (e: LiveEvent, desk: ContactDesk | undefined) => void) => {
  ears.add(fn)
  return () => void ears.delete(fn)
}

export const deskKey = ['desk'] as const
export const contactKey = (id: number) => ['contact', id] as const
export const typingKey = (id: number) => ['typing', id] as const

/** Follows the desk's stream into the query cache until the function it returns is called. */
export function startLive(client: QueryClient): () => void {
  let early: LiveEvent[] = []
  const fetchDesk = async () => {
    try {
      const desk = await api('GET /api/desk')
      setServerClock(desk.now_ms)
      client.setQueryData<ContactDesk>(deskKey, foldDesk(desk, early))
      early = []
    } catch {
      return
    }
  }
  const handle = gather<LiveEvent>(batch => {
    const before = client.getQueryData<ContactDesk>(deskKey)
    const snapshot = batch.findLast(e => e.event === 'snapshot')
    if (snapshot) setServerClock(snapshot.data.now_ms)
    if (before || snapshot) client.setQueryData<ContactDesk>(deskKey, foldDesk(before ?? snapshot!.data, batch))
    else early.push(...batch)
    for (const e of batch) {
      apply(client, e)
      for (const ear of ears) ear(e, before)
    }
  })
  const hear = (m: Heard) => {
    if (m.t === 'joined') void fetchDesk()
    else if (m.t === 'link') setLink({ link: m.link, at: m.at })
    else {
      state.at = Date.now()
      handle({ seq: m.frame.seq, event: m.frame.event, data: JSON.parse(m.frame.data) } as LiveEvent)
    }
  }
  return listen('/api/live', hear, { beat: '/api/desk/here' })
}

/** Carries one event to everything but the desk itself. */
function apply(client: QueryClient, e: LiveEvent) {
  if (e.event === 'names') void client.invalidateQueries({ queryKey: ['names'] })
  if (e.event === 'snapshot' || e.event === 'reset') void client.invalidateQueries({ queryKey: ['contact'] })
  const id = contactOf(e)
  if (id === undefined) return
  if (e.event === 'typing') return setTyping(client, e.data)
  if (e.event === 'message') stopTyping(client, id, e.data.author)
  client.setQueryData<ContactDetail>(contactKey(id), old => (old && (!e.seq || e.seq > old.seq) ? foldDetail(old, e) : old))
}

function setTyping(client: QueryClient, t: ConversationTyping) {
  client.setQueryData<ConversationTyping[]>(typingKey(t.contact_id), old => [
    ...(old ?? []).filter(x => x.name !== t.name || x.author !== t.author),
    t,
  ])
}

function stopTyping(client: QueryClient, id: number, author: string) {
  client.setQueryData<ConversationTyping[]>(typingKey(id), old => old?.filter(x => x.author !== author))
}
