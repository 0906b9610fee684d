import type { ChatConversation, ChatPlace, ConversationMessage } from '../src/gen/api.gen.ts'
import type { Floor, Outgoing } from './kept.ts'

/** Adds messages to those that are known: one of each id, in the conversation's order. Known ones keep the read mark they have. */
export function withMessages(known: ConversationMessage[], more: ConversationMessage[]): ConversationMessage[] {
  const by = new Map(known.map(m => [m.id, m]))
  for (const m of more) by.set(m.id, { ...m, read_at_ms: m.read_at_ms ?? by.get(m.id)?.read_at_ms })
  return [...by.values()].sort((a, b) => a.id - b.id)
}

/** Takes in a snapshot; of the same conversation it keeps the messages that the snapshot no longer holds. */
export function withSnapshot(old: ChatConversation | undefined, now: ChatConversation): ChatConversation {
  if (!old || old.contact_id !== now.contact_id) return now
  return { ...now, messages: withMessages(old.messages, now.messages) }
}

/** Marks the visitor's own messages up to one as read. */
export const withRead = (messages: ConversationMessage[], upTo: number, atMS: number) =>
  messages.map(m => (m.author === 'customer' && m.id <= upTo && !m.read_at_ms ? { ...m, read_at_ms: atMS } : m))

/** The place to show: never worse than the one shown before in the same wait. An unknown wait (0) leaves the known one standing. */
export function withPlace(floor: Floor | undefined, contact: number, place: ChatPlace): Floor {
  const was = floor?.contact === contact ? floor : undefined
  const lower = (a: number | undefined, b: number) => (a && b ? Math.min(a, b) : a || b)
  return {
    contact,
    position: lower(was?.position, place.position),
    low: lower(was?.low, place.wait_low_ms),
    high: lower(was?.high, place.wait_high_ms),
  }
}

/** What is on its way and not yet among the messages. */
export const stillOut = (outbox: Outgoing[], messages: ConversationMessage[]) => {
  const here = new Set(messages.map(m => m.key).filter(Boolean))
  return outbox.filter(o => !here.has(o.key))
}

/** How many of the other side's messages have come since the visitor last looked. */
export const unread = (messages: ConversationMessage[], seen: number) => messages.filter(m => m.author === 'agent' && m.id > seen).length
