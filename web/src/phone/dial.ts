import { useSyncExternalStore } from 'react'

/** The dialogs of the phone, opened from anywhere on the screen. */
export type Dialog = { kind: 'dial'; number: string; customer?: number } | { kind: 'devices' } | { kind: 'live' }
let open: Dialog | undefined
const watchers = new Set<() => void>()
export function openDialog(d: Dialog | undefined) {
  open = d
  for (const w of watchers) w()
}
/** Opens the dial pad, with a number from the screen if there is one. */
export const openDial = (number = '', customer?: number) => openDialog({ kind: 'dial', number, customer })
const watch = (fn: () => void) => {
  watchers.add(fn)
  return () => void watchers.delete(fn)
}
export const useDialog = () => useSyncExternalStore(watch, () => open)
