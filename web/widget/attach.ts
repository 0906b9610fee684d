import { signal } from '@preact/signals'
import type { ConversationFile } from '../src/gen/api.gen.ts'
import { type Refusal, upload } from './server.ts'
import { brand } from './visit.ts'
import { sizeText, t } from './words.ts'

/** A file on its way into the next message. */
export type Attachment = { key: number; file: File; share: number; done?: ConversationFile; fault?: string; cancel?: () => void }

const mostFiles = 5
export const attachments = signal<Attachment[]>([])
export const attachFault = signal('')
let keys = 0

const change = (key: number, part: Partial<Attachment>) => {
  attachments.value = attachments.value.map(a => (a.key === key ? { ...a, ...part } : a))
}

/** Takes files that were chosen, pasted or dropped, and begins to upload them; says what is wrong with those it refuses. */
export function attach(files: Iterable<File>) {
  attachFault.value = ''
  const limit = brand.value?.max_file_bytes ?? 10e6
  for (const file of files) {
    if (attachments.value.length >= mostFiles) {
      attachFault.value = t('too_many')
      return
    }
    if (file.size > limit) attachFault.value = `${file.name}: ${t('too_big', { x: sizeText(limit) })}`
    else {
      keys++
      attachments.value = [...attachments.value, { key: keys, file, share: 0 }]
      send(keys, file)
    }
  }
}

function send(key: number, file: File) {
  const { done, cancel } = upload(file, share => change(key, { share }))
  change(key, { cancel, fault: undefined, share: 0 })
  done.then(
    f => change(key, { done: f, share: 1 }),
    (e: Refusal) => change(key, { fault: e.status === 429 ? t('busy') : e.detail || t('not_uploaded') }),
  )
}

export const again = (a: Attachment) => send(a.key, a.file)
export function remove(a: Attachment) {
  a.cancel?.()
  attachments.value = attachments.value.filter(x => x.key !== a.key)
  attachFault.value = ''
}

/** The uploaded files, and an empty tray for the next message. */
export function takeAttachments(): ConversationFile[] {
  const out = attachments.value.flatMap(a => (a.done ? [a.done] : []))
  attachments.value = []
  return out
}
