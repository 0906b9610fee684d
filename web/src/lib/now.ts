import { useSyncExternalStore } from 'react'

/** How far the centre's clock is ahead of this browser's, in milliseconds. */
let ahead = 0
export const setServerClock = (nowMS: number) => {
  ahead = nowMS - Date.now()
}

/** The centre's present, so that every timer on every screen agrees. */
export const centreNow = () => Date.now() + ahead

let second = Math.floor(centreNow() / 1000)
let timer: ReturnType<typeof setInterval> | undefined
const watchers = new Set<() => void>()
function subscribe(fn: () => void) {
  watchers.add(fn)
  second = Math.floor(centreNow() / 1000)
  timer ??= setInterval(() => {
    const s = Math.floor(centreNow() / 1000)
    if (s === second) return
    second = s
    for (const w of watchers) w()
  }, 250)
  return () => {
    watchers.delete(fn)
    if (watchers.size) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The centre's present in whole seconds, as milliseconds; whoever uses it is drawn once a second. One timer serves all. */
export const useNow = () => useSyncExternalStore(subscribe, () => second * 1000)
