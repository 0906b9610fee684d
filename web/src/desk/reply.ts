import type { RefObject } from 'react'
import { layoutOf, useMe } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import type { ContactDetail } from '../gen/api.gen.ts'
import { useT } from '../lib/i18n.ts'
import { deferred } from '../ui/channels.tsx'
import { attach, detachAll, putBack, useAttached } from './attachments.ts'
import { takeDraft, useDraft, writeDraft } from './drafts.ts'
import { sendReply, takeBack } from './outbox.ts'
import { tellTyping } from './presence.ts'

/** Takes a reply back that has not gone: its words and files are in the box again. */
export function recallReply(key: string) {
  const back = takeBack(key)
  if (!back) return
  writeDraft(back.contact, 'reply', back.text)
  if (back.files.length) putBack(back.contact, back.files)
}

/** The reply being written to one contact, and the way to send it. */
export function useReply(detail: ContactDetail, field: RefObject<HTMLTextAreaElement | null>) {
  const { t } = useT()
  const me = useMe()
  const c = detail.contact
  const draft = useDraft(c.id, 'reply', detail.drafts)
  const files = useAttached(c.id)
  const uploading = files.some(a => !a.done && !a.failed)
  const ready = files.flatMap(a => (a.done ? [a.done] : []))
  const able = !uploading && (draft.text.trim() !== '' || ready.length > 0)
  const send = () => {
    if (!able) return
    const seconds = me.preferences.undo_send_seconds
    const after = detail.messages.at(-1)?.id ?? 0
    const item = sendReply({ contact: c.id, text: takeDraft(c.id, 'reply').trim(), files: ready, after, holdMS: seconds * 1000 })
    detachAll(c.id)
    tellTyping(c.id, false)
    const undo = { label: t('undo'), run: () => recallReply(item.key) }
    if (seconds > 0) toast(t('send.held', { s: seconds }), { id: item.key, ms: seconds * 1000, action: undo })
    field.current?.focus()
  }
  const add = (list: Iterable<File>) => {
    for (const name of attach(c.id, list)) toast(t('file.too_large', { name }), { level: 'bad' })
  }
  return { draft, files, able, send, add, enterSends: layoutOf(me.preferences).enter_sends && !deferred(c.channel) }
}
