import { useEffect, useRef } from 'preact/hooks'
import { again, attach, attachFault, attachments, remove, takeAttachments } from './attach.ts'
import { shown } from './host.ts'
import { Icon } from './icons.tsx'
import { keep, kept } from './kept.ts'
import { say, talk, tellTyping } from './visit.ts'
import { sizeText, t } from './words.ts'

/** The field one writes in: Enter sends, Shift+Enter breaks the line, and what is unsent survives a reload. */
export function Field({ send, id }: { send: () => void; id: string }) {
  const box = useRef<HTMLTextAreaElement>(null)
  const visible = shown.value
  // biome-ignore lint/correctness/useExhaustiveDependencies: focus moves each time the chat is opened
  useEffect(() => {
    if (visible) box.current?.focus({ preventScroll: true })
  }, [visible])
  return (
    <textarea
      ref={box}
      id={id}
      rows={1}
      maxLength={4000}
      aria-label={t('write')}
      placeholder={t('write')}
      enterkeyhint="send"
      value={kept.value.draft}
      onInput={e => {
        keep({ draft: e.currentTarget.value })
        tellTyping()
      }}
      onPaste={e => {
        const files = e.clipboardData?.files
        if (!files?.length || !talk.value?.files) return
        e.preventDefault()
        attach(files)
      }}
      onKeyDown={e => {
        if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return
        e.preventDefault()
        send()
      }}
    />
  )
}

/** The foot of a conversation: files, field and send. */
export function Composer() {
  const files = talk.value?.files ?? false
  const pending = attachments.value.some(a => !a.done)
  const send = () => {
    const text = kept.value.draft.trim()
    if (pending || (!text && !attachments.value.length)) return
    say(text, { files: takeAttachments() })
  }
  return (
    <form
      class="composer"
      onSubmit={e => {
        e.preventDefault()
        send()
      }}
    >
      <Tray />
      <label class="tool" data-off={!files || undefined} title={t(files ? 'attach' : 'files_later')}>
        <Icon of="attach" />
        <input
          type="file"
          multiple
          disabled={!files}
          aria-label={t(files ? 'attach' : 'files_later')}
          onChange={e => {
            attach(e.currentTarget.files ?? [])
            e.currentTarget.value = ''
          }}
        />
      </label>
      <Field send={send} id="say" />
      <button type="submit" class="go" aria-label={t('send')} disabled={pending}>
        <Icon of="send" />
      </button>
    </form>
  )
}

function Tray() {
  if (!attachments.value.length && !attachFault.value) return null
  return (
    <div class="tray" role="status">
      {attachFault.value && <p class="bad">{attachFault.value}</p>}
      <ul>
        {attachments.value.map(a => (
          <li key={a.key}>
            <Icon of="file" size={16} />
            <span class="fname">
              {a.file.name}
              <small class={a.fault ? 'bad' : ''}>{a.fault ?? sizeText(a.file.size)}</small>
            </span>
            {a.fault && (
              <button type="button" class="link" onClick={() => again(a)}>
                {t('retry')}
              </button>
            )}
            {!a.fault && !a.done && <progress max={1} value={a.share} aria-label={t('uploading', { x: a.file.name })} />}
            <button type="button" class="tool small" aria-label={t('remove', { x: a.file.name })} onClick={() => remove(a)}>
              <Icon of="close" size={16} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
