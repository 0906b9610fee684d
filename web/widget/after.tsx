import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ChatConversation, ChatSurveyAnswer } from '../src/gen/api.gen.ts'
import { answer, download, Refusal } from './server.ts'
import { conversation, leave } from './visit.ts'
import { t } from './words.ts'

const outcomes = ['yes', 'no', 'dont_know'] as const

/** After the conversation: two questions, the transcript, and a way to begin again. */
export function After({ c }: { c: ChatConversation }) {
  const head = useRef<HTMLParagraphElement>(null)
  useEffect(() => head.current?.focus({ preventScroll: true }), [])
  return (
    <section class="after">
      <p ref={head} tabIndex={-1} class="over">
        <b>{t('over')}</b>
        {c.reference && <small>{t('reference', { x: c.reference })}</small>}
      </p>
      {c.survey === 'open' && <Survey c={c} />}
      {c.survey === 'answered' && <p role="status">{t('thanks')}</p>}
      <div class="row">
        <button type="button" class="plain" onClick={() => void saveTranscript(c)}>
          {t('transcript')}
        </button>
        <button type="button" class={c.survey === 'open' ? 'plain' : 'main'} onClick={leave}>
          {t('again')}
        </button>
      </div>
    </section>
  )
}

export const saveTranscript = (c: ChatConversation) =>
  download(`transcript?contact_id=${c.contact_id}`, `${c.reference ?? c.contact_id}.txt`).catch(() => undefined)

function Survey({ c }: { c: ChatConversation }) {
  const oks = useSignal(0)
  const solved = useSignal<ChatSurveyAnswer['solved'] | ''>('')
  const comment = useSignal('')
  const fault = useSignal('')
  const send = async () => {
    if (!oks.value || !solved.value) {
      fault.value = t('choose')
      return
    }
    try {
      await answer({ contact_id: c.contact_id, oks: oks.value, solved: solved.value, comment: comment.value.trim() || undefined })
      conversation.value = { ...c, survey: 'answered' }
    } catch (e) {
      fault.value = e instanceof Refusal && e.detail ? e.detail : t('broken')
    }
  }
  return (
    <form
      class="survey"
      onSubmit={e => {
        e.preventDefault()
        void send()
      }}
    >
      <fieldset>
        <legend>{t('oks')}</legend>
        <div class="scale">
          {[1, 2, 3, 4, 5, 6].map(n => (
            <label key={n}>
              <input
                type="radio"
                name="oks"
                checked={oks.value === n}
                aria-label={n === 1 ? `1, ${t('oks_low')}` : n === 6 ? `6, ${t('oks_high')}` : `${n}`}
                onChange={() => (oks.value = n)}
              />
              <span>{n}</span>
            </label>
          ))}
        </div>
        <div class="ends" aria-hidden="true">
          <span>{t('oks_low')}</span>
          <span>{t('oks_high')}</span>
        </div>
      </fieldset>
      <fieldset>
        <legend>{t('solved')}</legend>
        <div class="scale">
          {outcomes.map(o => (
            <label key={o}>
              <input type="radio" name="solved" checked={solved.value === o} onChange={() => (solved.value = o)} />
              <span>{t(o)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <label class="comment">
        {t('comment')}
        <textarea rows={2} maxLength={2000} value={comment.value} onInput={e => (comment.value = e.currentTarget.value)} />
      </label>
      {fault.value && (
        <p class="bad" role="alert">
          {fault.value}
        </p>
      )}
      <button type="submit" class="main">
        {t('answer')}
      </button>
    </form>
  )
}
