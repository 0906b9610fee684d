import { authorization } from '../lib/api.ts'
import { type Followed, follow, type Told } from '../lib/follow.ts'
import type { Ask, Tell, Wish } from './hub.worker.ts'

export type Heard = Told | { t: 'joined' }
type Listener = (m: Heard) => void

/** The streams of this tab: one worker owns the connections of every tab of the browser, since HTTP/1.1 allows six to a host. */
const listeners = new Map<string, Set<Listener>>()
const wishes = new Map<string, Wish>()
const own = new Map<string, Followed>()
let port: MessagePort | undefined

function start(): MessagePort | undefined {
  if (port || typeof SharedWorker === 'undefined') return port
  try {
    const worker = new SharedWorker(new URL('./hub.worker.ts', import.meta.url), { type: 'module', name: 'sentral-hub' })
    port = worker.port
  } catch {
    return undefined
  }
  port.onmessage = ({ data }: MessageEvent<Tell>) => {
    for (const l of listeners.get(data.url) ?? []) l(data)
  }
  const lock = `sentral-tab-${crypto.randomUUID()}`
  void navigator.locks?.request(lock, () => {
    port?.postMessage({ t: 'tab', lock } satisfies Ask)
    return new Promise<never>(() => undefined)
  })
  return port
}

const ask = (m: Ask) => port?.postMessage(m)
addEventListener('pagehide', () => ask({ t: 'bye' }))
addEventListener('pageshow', e => {
  if (e.persisted) for (const url of listeners.keys()) ask({ t: 'open', url, ...wishes.get(url) })
})
const wake = () => {
  ask({ t: 'wake' })
  for (const f of own.values()) f.wake()
}
addEventListener('online', wake)
addEventListener('focus', wake)
addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake())

/**
 * Listens to a stream of the API; `keep` names an event that holds the whole state, so that a late listener is given the last one, and
 * `beat` an operation that is told every few seconds that somebody is here.
 */
export function listen(url: string, listener: Listener, wish: Wish = {}): () => void {
  const set = listeners.get(url) ?? new Set()
  listeners.set(url, set)
  set.add(listener)
  wishes.set(url, wish)
  const shared = Object.keys(authorization()).length === 0 && start()
  if (shared) ask({ t: 'open', url, ...wish })
  else if (!own.has(url)) {
    const tell = (m: Told) => {
      for (const l of set) l(m)
    }
    own.set(url, follow(url, authorization(), tell, wish.beat))
  }
  return () => {
    set.delete(listener)
    if (set.size) return
    listeners.delete(url)
    ask({ t: 'close', url })
    own.get(url)?.close()
    own.delete(url)
  }
}

/** Gathers what a burst brings and hands it over once a frame, so that ten events in a millisecond draw one picture. */
export function gather<T>(handle: (batch: T[]) => void): (x: T) => void {
  let batch: T[] = []
  let waiting = false
  const flush = () => {
    waiting = false
    const all = batch
    batch = []
    handle(all)
  }
  return x => {
    batch.push(x)
    if (waiting) return
    waiting = true
    // A hidden tab draws no frames, and must still ring.
    if (document.visibilityState === 'hidden') setTimeout(flush, 50)
    else requestAnimationFrame(flush)
  }
}
