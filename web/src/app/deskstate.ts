import type {
  ContactDesk,
  ContactDetail,
  ContactPresence,
  ContactQueueCalm,
  ContactReadMark,
  ContactSummary,
  ConversationMessage,
  Streams,
} from '../gen/api.gen.ts'

type Events = Streams['/api/live']
/** One event of the desk's stream; seq 0 marks what is never stored, such as typing. */
export type LiveEvent = { [K in keyof Events]: { seq: number; event: K; data: Events[K] } }[keyof Events]

const upsert = <T extends { id: number }>(list: T[], item: T): T[] => {
  const i = list.findIndex(x => x.id === item.id)
  if (i < 0) return [...list, item]
  const copy = list.slice()
  copy[i] = item
  return copy
}

const inHand = new Set<ContactSummary['state']>(['talking', 'held', 'parked', 'snoozed', 'wrapping'])

/** Whether a contact belongs in this agent's list. */
export const isMine = (c: ContactSummary, agent: number) => inHand.has(c.state) && (c.agent_id === agent || c.adviser === true)

/** Folds one event into the desk. Every rule replaces whole things by id, so an event told twice changes nothing. */
function fold(desk: ContactDesk, e: LiveEvent): ContactDesk {
  switch (e.event) {
    case 'snapshot':
      return e.data
    case 'agent':
      return e.data.id === desk.agent.id ? { ...desk, agent: e.data } : desk
    case 'offer':
      return { ...desk, offers: upsert(desk.offers, e.data) }
    case 'offer_end':
      return desk.offers.some(o => o.id === e.data.id) ? { ...desk, offers: desk.offers.filter(o => o.id !== e.data.id) } : desk
    case 'contact':
      return withContact(desk, e.data)
    case 'message':
      return { ...desk, contacts: withMessage(desk.contacts, e.data) }
    case 'queues':
      return { ...desk, queues: e.data.queues.reduce<ContactQueueCalm[]>(upsert, desk.queues) }
    default:
      return desk
  }
}

function withContact(desk: ContactDesk, c: ContactSummary): ContactDesk {
  if (isMine(c, desk.agent.id)) return { ...desk, contacts: upsert(desk.contacts, c) }
  return desk.contacts.some(x => x.id === c.id) ? { ...desk, contacts: desk.contacts.filter(x => x.id !== c.id) } : desk
}

function withMessage(contacts: ContactSummary[], m: ConversationMessage): ContactSummary[] {
  const c = contacts.find(x => x.id === m.contact_id)
  if (!c || m.at_ms < c.last_at_ms || m.author === 'system') return contacts
  return upsert(contacts, { ...c, last_at_ms: m.at_ms, preview: m.text.slice(0, 120) || (m.files[0]?.name ?? ''), preview_by: m.author })
}

/** Folds a burst into the desk, leaving out what its snapshot already holds. `base` is the snapshot's sequence number. */
export function foldDesk(desk: ContactDesk, events: LiveEvent[]): ContactDesk {
  let base = desk.seq
  let out = desk
  for (const e of events) {
    if (e.event === 'snapshot') base = e.data.seq
    else if (e.seq && e.seq <= base) continue
    out = fold(out, e)
  }
  return out
}

const byID = <T extends { id: number }>(list: T[]) => list.slice().sort((a, b) => a.id - b.id)

function markRead(messages: ConversationMessage[], mark: ContactReadMark): ConversationMessage[] {
  const hit = (m: ConversationMessage) => !m.read_at_ms && m.id <= mark.message_id && m.author !== 'system' && m.author !== mark.side
  return messages.some(hit) ? messages.map(m => (hit(m) ? { ...m, read_at_ms: mark.at_ms } : m)) : messages
}

/** A message with the read mark that it has here: the answer to our own sending may come after the news that it has been read. */
function marked(known: ConversationMessage[], m: ConversationMessage): ConversationMessage {
  const at = m.read_at_ms ?? known.find(k => k.id === m.id)?.read_at_ms
  return at === m.read_at_ms ? m : { ...m, read_at_ms: at }
}

function present(list: ContactPresence[], p: ContactPresence): ContactPresence[] {
  const others = list.filter(x => x.agent_id !== p.agent_id)
  return p.here ? [...others, p] : others
}

/** Folds one event into an opened contact. */
export function foldDetail(d: ContactDetail, e: LiveEvent): ContactDetail {
  const id = d.contact.id
  switch (e.event) {
    case 'contact':
      return e.data.id === id ? { ...d, contact: e.data } : d
    case 'message':
      return e.data.contact_id === id ? { ...d, messages: byID(upsert(d.messages, marked(d.messages, e.data))) } : d
    case 'note':
      return e.data.contact_id === id ? { ...d, notes: byID(upsert(d.notes, e.data)) } : d
    case 'read':
      return e.data.contact_id === id ? { ...d, messages: markRead(d.messages, e.data) } : d
    case 'presence':
      return e.data.contact_id === id ? { ...d, present: present(d.present, e.data) } : d
    default:
      return d
  }
}

/** Joins a contact fetched anew with the older pages that were already here, and with what the stream has brought while it was on its way. */
export function mergeDetail(old: ContactDetail | undefined, fresh: ContactDetail): ContactDetail {
  const first = fresh.messages[0]?.id
  if (!old || first === undefined) return fresh
  const last = fresh.messages.at(-1)?.id ?? first
  const older = old.messages.filter(m => m.id < first)
  const newer = old.messages.filter(m => m.id > last)
  const messages = [...older, ...fresh.messages.map(m => marked(old.messages, m)), ...newer]
  return { ...fresh, messages, more: older.length ? old.more : fresh.more }
}

/** The contact that an event is about, where it is about one. */
export function contactOf(e: LiveEvent): number | undefined {
  if (e.event === 'contact') return e.data.id
  if (e.event === 'message' || e.event === 'note' || e.event === 'read' || e.event === 'presence' || e.event === 'typing')
    return e.data.contact_id
  return undefined
}
