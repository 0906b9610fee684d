import { useSyncExternalStore } from 'react'
import { changeMicrophone, Gauge, routeSpeaker, setMuted, whenOutBlocked, world } from './browser.ts'
import { type Choice, choice, choose } from './devices.ts'
import { Line, type LineState, needsVoice } from './line.ts'
import { type Light, light, type Quality } from './quality.ts'
import type { Call } from './types.ts'

/** The phone of this tab, as the screen sees it. */
export type Phone = LineState & {
  quality?: Quality
  light: Light
  /** Muted here, before the centre has heard of it. */
  muted: boolean
  /** The browser will not let sound out before the page is touched. */
  outBlocked: boolean
  choice: Choice
}

let phone: Phone = { standing: 'off', calls: [], light: 'unknown', muted: false, outBlocked: false, choice: choice() }
const watchers = new Set<() => void>()
const set = (part: Partial<Phone>) => {
  phone = { ...phone, ...part }
  for (const w of watchers) w()
}
const watch = (fn: () => void) => {
  watchers.add(fn)
  return () => void watchers.delete(fn)
}
export const usePhone = () => useSyncExternalStore(watch, () => phone)
export const phoneNow = () => phone

const live = (c: Call) => c.state === 'talking' || c.state === 'held' || c.state === 'connecting'
/** Whether the person has a desk phone for a line: it rings and is spoken into, and this window shows the calls. */
export const onDesk = (p: Phone) => p.desk?.chosen ?? false
/** The call this person speaks in. */
export const currentCall = (calls: Call[]) => calls.find(live) ?? calls.find(c => c.state === 'ringing' && c.direction !== 'in')
export const isLive = live

const line = new Line(world, s => {
  const before = phone.calls
  set(s)
  if (!s.calls.some(live) && before.some(live)) endOfCall()
})

function endOfCall() {
  setMuted(false)
  set({ muted: false, light: 'unknown', quality: undefined })
}

const gauge = new Gauge()
/** Quality is told every so many beats, and sound that has stopped is renewed after so many without a packet. */
const tellEvery = 5
const stalledMost = 2
let beats = 0
let stalled = 0

async function listenToNetwork() {
  if (!needsVoice(phone.calls) || phone.standing !== 'ready') return
  const q = await gauge.read().catch(() => undefined)
  if (!q) return
  const talking = phone.calls.some(c => c.state === 'talking')
  stalled = q.stalled && talking ? stalled + 1 : 0
  if (stalled >= stalledMost) {
    stalled = 0
    line.silent()
  }
  if (!talking) return
  const { loss, jitter_ms, rtt_ms } = q
  set({ quality: q, light: light(q) })
  if (beats++ % tellEvery === 0) line.tell({ type: 'quality', loss, jitter_ms, rtt_ms })
}

let running: (() => void) | undefined
/** Brings the phone up in this tab, once, until the function it gives is called. */
export function startPhone(): () => void {
  if (running) return running
  const worker = new Worker(new URL('./heartbeat.worker.ts', import.meta.url), { type: 'module' })
  worker.onmessage = () => {
    line.beat()
    void listenToNetwork()
  }
  const wake = () => line.wake()
  const gone = () => line.stop()
  const back = (e: PageTransitionEvent) => e.persisted && void line.start()
  addEventListener('online', wake)
  addEventListener('pagehide', gone)
  addEventListener('pageshow', back)
  const unwatch = whenOutBlocked(outBlocked => set({ outBlocked }))
  void routeSpeaker()
  void line.start()
  running = () => {
    running = undefined
    worker.terminate()
    removeEventListener('online', wake)
    removeEventListener('pagehide', gone)
    removeEventListener('pageshow', back)
    unwatch()
    line.stop()
  }
  return running
}

/** Takes the line from another tab or machine. */
export const takeOver = () => void line.start(true)
/** Tries again after the person has done something about what was in the way. */
export const retry = () => void line.start()

export function mute(on: boolean) {
  setMuted(on)
  set({ muted: on })
}

/** Chooses devices and habits; a microphone changes in the middle of a call. */
export async function setChoice(part: Partial<Choice>) {
  set({ choice: choose(part) })
  if ('speaker' in part) await routeSpeaker()
  if ('microphone' in part) await changeMicrophone().catch(() => undefined)
}
