import { useSyncExternalStore } from 'react'
import type { ConversationFile } from '../gen/api.gen.ts'
import { newKey } from '../lib/api.ts'
import { maxFileBytes, upload } from '../lib/upload.ts'

/** A file that goes with the next reply: on its way up, up, or stranded. */
export type Attached = { key: string; name: string; bytes: number; share: number; done?: ConversationFile; failed?: boolean }

/** Files stay with their contact, so that looking at another conversation loses none. */
const lists = new Map<number, Attached[]>()
const none: Attached[] = []
const watchers = new Set<() => void>()
const watch = (fn: () => void) => {
  watchers.add(fn)
  return () => void watchers.delete(fn)
}
function set(contact: number, change: (list: Attached[]) => Attached[]) {
  lists.set(contact, change(lists.get(contact) ?? none))
  for (const w of watchers) w()
}

/** Begins to send files up; gives the names of those that are too large. */
export function attach(contact: number, files: Iterable<File>): string[] {
  const tooLarge: string[] = []
  for (const file of files) {
    if (file.size > maxFileBytes) {
      tooLarge.push(file.name)
      continue
    }
    const key = newKey()
    const patch = (p: Partial<Attached>) => set(contact, l => l.map(a => (a.key === key ? { ...a, ...p } : a)))
    set(contact, l => [...l, { key, name: file.name, bytes: file.size, share: 0 }])
    upload(file, share => patch({ share })).then(
      done => patch({ done, share: 1 }),
      () => patch({ failed: true }),
    )
  }
  return tooLarge
}

/** Puts files back that were on their way with a reply that was taken back. */
export const putBack = (contact: number, files: ConversationFile[]) =>
  set(contact, l => [...l, ...files.map(f => ({ key: newKey(), name: f.name, bytes: f.bytes, share: 1, done: f }))])

export const detach = (contact: number, key: string) => set(contact, l => l.filter(a => a.key !== key))
export const detachAll = (contact: number) => set(contact, () => none)

export const useAttached = (contact: number) => useSyncExternalStore(watch, () => lists.get(contact) ?? none)
