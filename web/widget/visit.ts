import { computed, effect, signal } from '@preact/signals'
import type {
  ChatBrand,
  ChatConversation,
  ChatPlace,
  ChatReadMark,
  ChatState,
  ConversationMessage,
  ConversationTyping,
} from '../src/gen/api.gen.ts'
import { type Followed, follow } from '../src/lib/follow.ts'
import type { Frame } from '../src/lib/sse.ts'
import { hostPage, shown } from './host.ts'
import { brandKey, forget, keep, kept, type Outgoing, whenChangedElsewhere } from './kept.ts'
import { stillOut, unread, withMessages, withPlace, withRead, withSnapshot } from './merge.ts'
import * as server from './server.ts'
import { language } from './words.ts'

/** The visit: the brand, the conversation, what is on its way, and the one stream. Components read the signals and call the functions. */
export const brand = signal<ChatBrand | undefined>(undefined)
export const brandFault = signal<'' | 'unknown' | 'broken'>('')
export const conversation = signal<ChatConversation | undefined>(undefined)
export const online = signal(true)
export const typist = signal('')
export const busy = signal(false)
const looking = signal(document.visibilityState === 'visible')

/** The conversation on screen: none once the visitor has left it to start anew. */
export const talk = computed(() => {
  const c = conversation.value
  return c?.contact_id && c.contact_id !== kept.value.left ? c : undefined
})
export const outbox = computed(() => stillOut(kept.value.outbox, talk.value?.messages ?? []))
export const going = computed(() => !!talk.value || outbox.value.length > 0)
export const unseen = computed(() => (talk.value ? unread(talk.value.messages, kept.value.seen) : 0))
const open = computed(() => talk.value?.state === 'waiting' || talk.value?.state === 'talking')

/** The place and wait to show. */
export const place = computed(() =>
  kept.value.floor && kept.value.floor.contact === talk.value?.contact_id ? kept.value.floor : undefined,
)

const waitsMS = [1000, 2000, 5000, 10_000, 20_000]

/** Fetches how the brand looks and whether it is open, until it is known. */
export async function fetchBrand(attempt = 0): Promise<void> {
  try {
    brand.value = await server.getBrand(brandKey, language)
    brandFault.value = ''
  } catch (e) {
    const passing = e instanceof server.Refusal && e.passing
    if (!brand.value) brandFault.value = passing ? 'broken' : 'unknown'
    if (passing) setTimeout(() => void fetchBrand(attempt + 1), waitsMS[Math.min(attempt, 4)])
  }
}

/** Becomes a visitor, or goes on as the one from before. */
async function becomeVisitor(identity?: string) {
  const t = await server.introduce({ key: brandKey, previous: kept.value.token, identity })
  server.setToken(t.token)
  keep({ token: t.token, verified: t.verified })
}

function take(c: ChatConversation) {
  const before = conversation.value
  if (before?.contact_id !== c.contact_id || before?.state === 'talking') keep({ floor: undefined })
  conversation.value = withSnapshot(before, c)
  if (c.contact_id && c.state === 'waiting') keep({ floor: withPlace(kept.value.floor, c.contact_id, c.place) })
}

const change = (part: Partial<ChatConversation>) => {
  if (conversation.value) conversation.value = { ...conversation.value, ...part }
}

let typingTimer: ReturnType<typeof setTimeout> | undefined
const silent = () => {
  clearTimeout(typingTimer)
  typist.value = ''
}

const onEvent: Record<string, (data: never) => void> = {
  snapshot: take,
  message(m: ConversationMessage) {
    change({ messages: withMessages(conversation.value?.messages ?? [], [m]) })
    if (m.author === 'agent') silent()
  },
  typing(w: ConversationTyping) {
    if (w.author !== 'agent') return
    clearTimeout(typingTimer)
    typist.value = w.name
    typingTimer = setTimeout(silent, 6000)
  },
  read(r: ChatReadMark) {
    change({ messages: withRead(conversation.value?.messages ?? [], r.message_id, r.at_ms) })
  },
  place(p: ChatPlace) {
    change({ place: p })
    const contact = conversation.value?.contact_id
    if (contact) keep({ floor: withPlace(kept.value.floor, contact, p) })
  },
  state(s: ChatState) {
    if (conversation.value?.state === 'talking' && s.state === 'waiting') keep({ floor: undefined })
    change({ ...s, agent: s.agent })
    if (s.state === 'ended') silent()
  },
}

let stream: Followed | undefined
function listenLive() {
  stream?.close()
  stream = follow('/api/chat/live', server.bearer(), m => {
    if (m.t === 'frame') return onFrame(m.frame)
    online.value = m.link !== 'lost'
    if (m.link === 'live') void pump()
    if (m.link === 'signed_out') void resume(true)
  })
}

function onFrame(f: Frame) {
  try {
    onEvent[f.event]?.(JSON.parse(f.data) as never)
  } catch {
    void resume(false) // what cannot be read is asked for anew
  }
}

let later: ReturnType<typeof setTimeout> | undefined

/** Finds the conversation again after a reload, or when the centre no longer knows the token. */
async function resume(unknown: boolean): Promise<void> {
  clearTimeout(later)
  try {
    if (unknown) await becomeVisitor()
    take(await server.getConversation())
    online.value = true
    if (unknown && stream) listenLive()
  } catch (e) {
    const r = e instanceof server.Refusal ? e : new server.Refusal(0)
    if (r.status === 401 && !unknown) return resume(true)
    online.value = r.status !== 0
    if (r.passing) later = setTimeout(() => void resume(unknown), 5000)
  }
}

let pumping = false
let again: ReturnType<typeof setTimeout> | undefined

/** Sends what waits, one after the other. What cannot be sent now is tried again; what was refused stays and says so. */
export async function pump(attempt = 0): Promise<void> {
  if (pumping) return
  pumping = true
  clearTimeout(again)
  try {
    for (let next = waiting(); next; next = waiting()) {
      await deliver(next)
      attempt = 0
      online.value = true
      busy.value = false
    }
  } catch (e) {
    const r = e instanceof server.Refusal ? e : new server.Refusal(0)
    online.value = r.status !== 0
    busy.value = r.status === 429
    again = setTimeout(() => void pump(attempt + 1), waitsMS[Math.min(attempt, 4)])
  } finally {
    pumping = false
  }
}
const waiting = () => kept.value.outbox.find(o => !o.failed)

async function deliver(o: Outgoing, introduced = false): Promise<void> {
  try {
    if (!kept.value.token) await becomeVisitor()
    if (o.start) await begin(o)
    else onEvent.message!((await server.write({ key: o.key, text: o.text, files: o.files.map(f => f.id) })) as never)
    keep({ outbox: kept.value.outbox.filter(x => x.key !== o.key) })
  } catch (e) {
    if (!(e instanceof server.Refusal)) throw e
    if (e.status === 401 && !introduced) {
      await becomeVisitor()
      return deliver(o, true)
    }
    if (e.passing) throw e
    const failed = e.status !== 409 ? 'refused' : o.start ? 'closed' : 'over'
    keep({ outbox: kept.value.outbox.map(x => (x.key === o.key ? { ...x, failed } : x)) })
    if (failed === 'closed') await closedMeanwhile(o)
    if (failed === 'over') void resume(false)
  }
}

/** It has closed while the customer wrote: the words become a message to leave, where the brand takes one. */
async function closedMeanwhile(o: Outgoing) {
  await fetchBrand()
  if (brand.value?.deferred && !brand.value.open) keep({ outbox: kept.value.outbox.filter(x => x.key !== o.key), draft: o.text })
}

/** Begins a conversation. Where one was open already in another tab, the words become a message of that one. */
async function begin(o: Outgoing) {
  const { queue, name, email, deferred } = o.start!
  const c = await server.start({
    key: o.key,
    text: o.text,
    queue_id: queue,
    deferred,
    name: name || undefined,
    email: email || undefined,
    language,
    page: hostPage.value || undefined,
  })
  take(c)
  listenLive()
  if (c.messages.some(m => m.key === o.key) || kept.value.left === c.contact_id) return
  onEvent.message!((await server.write({ key: o.key, text: o.text, files: [] })) as never)
}

/** A key that nobody else makes; randomUUID is missing on sites without TLS. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('')

let typedAt = 0

/** Puts words in the outbox; with `start` they begin a conversation. */
export function say(text: string, o: { files?: Outgoing['files']; start?: Outgoing['start'] } = {}) {
  const item: Outgoing = { key: newKey(), text, files: o.files ?? [], at: Date.now(), start: o.start }
  keep({ outbox: [...kept.value.outbox, item], draft: '' })
  typedAt = 0 // what is sent ends the mark over there: the next word is a new one
  void pump()
}

export function retry(key: string) {
  keep({
    outbox: kept.value.outbox.map(o =>
      o.key === key
        ? { ...o, failed: undefined, start: o.failed === 'over' ? { name: kept.value.name, email: kept.value.email } : o.start }
        : o,
    ),
  })
  void pump()
}
export const discard = (key: string) => keep({ outbox: kept.value.outbox.filter(o => o.key !== key) })

/** Ends the conversation for the visitor. */
export async function endTalk() {
  await server.end()
  change({ state: 'ended' })
  void resume(false)
}

/** Leaves the ended conversation and shows the greeting again. */
export function leave() {
  keep({ left: conversation.value?.contact_id ?? 0, outbox: [], draft: '', floor: undefined })
  stream?.close()
  stream = undefined
  void fetchBrand()
}

/** Tells that the visitor is writing, at most every third second. */
export function tellTyping() {
  if (!open.value || Date.now() - typedAt < 3000) return
  typedAt = Date.now()
  server.typing().catch(() => undefined)
}

/** Whom a signed identity speaks of, unverified: only to notice that it is another person than before. */
function subjectOf(jwt: string): string | undefined {
  try {
    return JSON.parse(atob(jwt.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))).sub
  } catch {
    return undefined
  }
}

/** Takes the identity that the site hands over; another person, or none any more, begins with a clean sheet. */
export async function identify(jwt: string | null) {
  const subject = jwt ? subjectOf(jwt) : undefined
  if (kept.value.subject && kept.value.subject !== subject) {
    stream?.close()
    stream = undefined
    conversation.value = undefined
    server.setToken(undefined)
    forget()
  }
  if (!jwt) return
  try {
    await becomeVisitor(jwt)
    keep({ subject })
    await resume(false)
  } catch {
    return // unsigned, too old or offline: the visitor goes on as nobody in particular
  }
}

let toldRead = 0

/** Begins the visit. */
export function beginVisit() {
  void fetchBrand()
  server.setToken(kept.value.token)
  if (kept.value.token) void resume(false).then(() => pump())
  else void pump()
  effect(() => {
    if (open.value && !stream) listenLive()
  })
  effect(() => {
    const last = talk.value?.messages.at(-1)?.id ?? 0
    if (!shown.value || !looking.value || last <= kept.value.seen) return
    keep({ seen: last })
    const theirs = talk.value?.messages.findLast(m => m.author === 'agent')?.id ?? 0
    if (theirs <= toldRead) return
    toldRead = theirs
    server.read(theirs).catch(() => undefined)
  })
  const wake = () => {
    looking.value = document.visibilityState === 'visible'
    if (!looking.value) return
    stream?.wake()
    void pump()
    const b = brand.value
    if (b && !b.open && (b.opens_at_ms ?? 0) < Date.now()) void fetchBrand()
  }
  document.addEventListener('visibilitychange', wake)
  addEventListener('online', wake)
  addEventListener('offline', () => {
    online.value = false
  })
  whenChangedElsewhere(before => {
    if (before.token === kept.value.token) return
    server.setToken(kept.value.token)
    if (kept.value.token) void resume(false)
    else conversation.value = undefined
  })
  setInterval(() => {
    const b = brand.value
    if (looking.value && b && !b.open && b.opens_at_ms && b.opens_at_ms < Date.now()) void fetchBrand()
  }, 30_000)
}
