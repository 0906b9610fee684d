import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { LockKeyhole, Paperclip, Send, X } from 'lucide-react'
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { useMe, useNames } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import type { ContactDetail } from '../gen/api.gen.ts'
import { api, newKey } from '../lib/api.ts'
import { bytes, firstName } from '../lib/format.ts'
import { useT } from '../lib/i18n.ts'
import { Kbd } from '../ui/Kbd.tsx'
import { useProblemText } from '../ui/States.tsx'
import { type Attached, detach } from './attachments.ts'
import { CannedList, useCanned } from './CannedList.tsx'
import css from './desk.module.css'
import { type DraftState, dropDraft, takeDraft, useDraft } from './drafts.ts'
import { tellTyping } from './presence.ts'
import { useReply } from './reply.ts'

export type Mode = 'reply' | 'note'

/** The field grows with its text, up to a third of the screen. */
function useGrowing(ref: RefObject<HTMLTextAreaElement | null>, text: string) {
  useEffect(() => {
    const el = ref.current
    if (!el) return
    el.style.height = 'auto'
    el.style.height = `${text ? Math.min(el.scrollHeight + 2, innerHeight / 3) : 0}px`
  }, [ref, text])
}

function Kept({ state }: { state: DraftState }) {
  const { t } = useT()
  const text = { clean: '', typing: '', saving: '', saved: t('draft.saved'), unsaved: t('draft.unsaved') }[state]
  return (
    <span className={css.kept} data-s={state} role="status">
      {text}
    </span>
  )
}

/** Writes to the customer. It knows one way out: the operation that sends a message. Notes are written in NoteBox, which cannot reach it. */
export function ReplyBox({ detail, field }: { detail: ContactDetail; field: RefObject<HTMLTextAreaElement | null> }) {
  const { t, locale } = useT()
  const me = useMe()
  const names = useNames()
  const c = detail.contact
  const { draft, files, able, send, add, enterSends } = useReply(detail, field)
  const [over, setOver] = useState(false)
  const to = firstName(c.name) || t('customer.the')
  const blanks = {
    customer: firstName(c.name),
    agent: firstName(me.name),
    brand: names.brands.find(b => b.id === c.brand_id)?.name ?? '',
    queue: names.queues.find(q => q.id === c.queue_id)?.name ?? '',
  }
  const canned = useCanned({ field, text: draft.text, write: draft.write, brand: c.brand_id, language: c.language || locale, blanks })
  useGrowing(field, draft.text)
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || canned.onKeyDown(e)) return
    if (e.key !== 'Enter' || e.shiftKey || !(e.ctrlKey || e.metaKey || enterSends)) return
    e.preventDefault()
    send()
  }
  const take = (e: ClipboardEvent | DragEvent, list: FileList) => {
    if (!list.length) return
    e.preventDefault()
    add(list)
  }
  const drop = {
    onDragOver: (e: DragEvent) => {
      e.preventDefault()
      setOver(true)
    },
    onDragLeave: () => setOver(false),
    onDrop: (e: DragEvent) => {
      setOver(false)
      take(e, e.dataTransfer.files)
    },
  }
  return (
    <div className={css.box} data-over={over || undefined} {...drop}>
      {canned.open && <CannedList {...canned} />}
      <textarea
        ref={field}
        className={css.field}
        value={draft.text}
        rows={2}
        maxLength={8000}
        aria-label={t('reply.to', { name: to })}
        placeholder={t('reply.placeholder', { name: to })}
        lang={c.language}
        onChange={e => {
          draft.write(e.currentTarget.value)
          tellTyping(c.id, e.currentTarget.value !== '')
        }}
        onBlur={draft.rest}
        onKeyDown={onKeyDown}
        onPaste={e => take(e, e.clipboardData.files)}
        {...canned.field}
      />
      <FileChips list={files} remove={key => detach(c.id, key)} />
      <div className={css.bar}>
        <PickFiles add={add} />
        <Kept state={draft.state} />
        <span className="grow" />
        <span className={`sub hide-s ${css.hint}`}>{t(enterSends ? 'reply.enter_sends' : 'reply.enter_breaks')}</span>
        <Button size="xs" onClick={send} disabled={!able} leftSection={<Send size={14} aria-hidden="true" />}>
          {t('reply.send', { name: to })}
        </Button>
      </div>
    </div>
  )
}

function PickFiles({ add }: { add: (list: FileList) => void }) {
  const { t } = useT()
  const picker = useRef<HTMLInputElement>(null)
  return (
    <>
      <Tooltip label={t('file.attach')}>
        <ActionIcon variant="subtle" color="gray" size={30} aria-label={t('file.attach')} onClick={() => picker.current?.click()}>
          <Paperclip size={16} />
        </ActionIcon>
      </Tooltip>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-hidden="true"
        tabIndex={-1}
        onChange={e => {
          if (e.currentTarget.files) add(e.currentTarget.files)
          e.currentTarget.value = ''
        }}
      />
    </>
  )
}

function FileChips({ list, remove }: { list: Attached[]; remove: (key: string) => void }) {
  const { t, locale } = useT()
  if (!list.length) return null
  return (
    <ul className={css.chips} aria-label={t('file.attached')}>
      {list.map(a => (
        <li key={a.key} data-failed={a.failed || undefined}>
          <Paperclip size={13} aria-hidden="true" />
          <span>{a.name}</span>
          <span className="sub">{a.failed ? t('file.failed') : a.done ? bytes(locale, a.bytes) : `${Math.round(a.share * 100)} %`}</span>
          {!a.done && !a.failed && <progress value={a.share} aria-label={a.name} />}
          <ActionIcon size={24} variant="subtle" color="gray" aria-label={t('file.remove', { name: a.name })} onClick={() => remove(a.key)}>
            <X size={13} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  )
}

/** Writes an internal note. Its one way out is the operation that stores a note, which no customer can read. */
export function NoteBox({ detail, field }: { detail: ContactDetail; field: RefObject<HTMLTextAreaElement | null> }) {
  const { t } = useT()
  const say = useProblemText()
  const c = detail.contact
  const draft = useDraft(c.id, 'note', detail.drafts)
  const [saving, setSaving] = useState(false)
  const key = useRef(newKey())
  useGrowing(field, draft.text)
  const empty = !draft.text.trim()
  const save = async () => {
    if (empty || saving) return
    setSaving(true)
    try {
      await api('POST /api/contacts/{id}/notes', {
        path: { id: c.id },
        body: { key: key.current, text: draft.text.trim() },
        key: key.current,
      })
      key.current = newKey()
      takeDraft(c.id, 'note')
      dropDraft(c.id, 'note')
    } catch (e) {
      toast(say(e), { level: 'bad' })
    } finally {
      setSaving(false)
      field.current?.focus()
    }
  }
  return (
    <div className={css.box} data-note>
      <textarea
        ref={field}
        className={css.field}
        value={draft.text}
        rows={2}
        maxLength={8000}
        aria-label={t('note.label')}
        placeholder={t('note.placeholder')}
        onChange={e => draft.write(e.currentTarget.value)}
        onBlur={draft.rest}
        onKeyDown={e => {
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && !e.nativeEvent.isComposing) {
            e.preventDefault()
            void save()
          }
        }}
      />
      <div className={css.bar}>
        <span className={css.private}>
          <LockKeyhole size={14} aria-hidden="true" /> {t('note.private')}
        </span>
        <Kept state={draft.state} />
        <span className="grow" />
        <span className="hide-s">
          <Kbd keys="mod+Enter" />
        </span>
        <Button
          size="xs"
          color="note"
          loading={saving}
          disabled={empty}
          onClick={() => void save()}
          leftSection={<LockKeyhole size={14} aria-hidden="true" />}
        >
          {t('note.save')}
        </Button>
      </div>
    </div>
  )
}
