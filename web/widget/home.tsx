import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ChatBrand } from '../src/gen/api.gen.ts'
import { calling, canCall } from './call.ts'
import { Field } from './composer.tsx'
import { Icon } from './icons.tsx'
import { keep, kept } from './kept.ts'
import { say } from './visit.ts'
import { opensText, t } from './words.ts'

const plausible = (email: string) => !email || /^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(email)

/** Before the conversation: the greeting, what it is about, and the first words; while it is closed, a message to leave where the brand takes one. */
export function Home({ brand }: { brand: ChatBrand }) {
  const topic = useSignal<number | undefined>(undefined)
  const fault = useSignal<'' | 'email_bad' | 'email_needed'>('')
  const deferred = !brand.open && brand.deferred
  const begin = (text: string) => {
    const email = kept.value.email.trim()
    fault.value = !plausible(email) ? 'email_bad' : deferred && !email && !kept.value.verified ? 'email_needed' : ''
    if (!text || fault.value) return
    say(text, { start: { queue: topic.value, name: kept.value.name.trim(), email, deferred } })
  }
  const send = () => begin(kept.value.draft.trim())
  return (
    <>
      <div class="scroll home">
        {brand.greeting && <p class="greeting">{brand.greeting}</p>}
        {!brand.open && (
          <p class="closed" role="status">
            <Icon of="clock" /> {t('closed')}
            {brand.opens_at_ms && <b>{t('opens', { x: opensText(brand.opens_at_ms, Date.now()) })}</b>}
          </p>
        )}
        {deferred && (
          <p class="leave">
            <b>{t('leave')}</b> {t('leave_how')}
          </p>
        )}
        {(brand.open || deferred) && (
          <>
            {brand.topics.length > 1 && (
              <fieldset class="topics">
                <legend>{t('topic')}</legend>
                {brand.topics.map(o => (
                  <label key={o.queue_id}>
                    <input type="radio" name="topic" checked={topic.value === o.queue_id} onChange={() => (topic.value = o.queue_id)} />
                    <span>{o.name}</span>
                  </label>
                ))}
              </fieldset>
            )}
            {!kept.value.verified && <Who fault={fault.value} needed={deferred} />}
          </>
        )}
        {brand.hours.length > 0 && (
          <details open={!brand.open && !deferred}>
            <summary>{t('hours')}</summary>
            <ul class="hours">
              {brand.hours.map(h => (
                <li key={h}>{h}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {(brand.open || deferred) && (
        <form
          class="composer"
          onSubmit={e => {
            e.preventDefault()
            send()
          }}
        >
          <Field send={send} id="first" />
          <button type="submit" class="go" aria-label={t('send')}>
            <Icon of="send" />
          </button>
        </form>
      )}
      <Foot brand={brand} person={brand.open ? () => begin(t('person_text')) : undefined} />
    </>
  )
}

function Who({ fault, needed }: { fault: '' | 'email_bad' | 'email_needed'; needed: boolean }) {
  const email = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (fault) email.current?.focus()
  }, [fault])
  return (
    <details open={!!kept.value.name || !!kept.value.email || !!fault || needed}>
      <summary>{t(needed ? 'who_needed' : 'who')}</summary>
      <div class="who">
        <label>
          {t('name')}
          <input
            type="text"
            autocomplete="name"
            maxLength={100}
            value={kept.value.name}
            onInput={e => keep({ name: e.currentTarget.value })}
          />
        </label>
        <label>
          {t('email')}
          <input
            ref={email}
            type="email"
            aria-required={needed}
            autocomplete="email"
            maxLength={254}
            value={kept.value.email}
            aria-invalid={!!fault}
            aria-describedby={fault ? 'email-bad' : undefined}
            onInput={e => keep({ email: e.currentTarget.value })}
          />
        </label>
        {fault && (
          <p class="bad" id="email-bad" role="alert">
            {t(fault)}
          </p>
        )}
      </div>
    </details>
  )
}

/** Always there: a person, the telephone, and what is done with what one writes. */
export function Foot({ brand, person }: { brand: ChatBrand; person?: () => void }) {
  return (
    <footer>
      {person && (
        <button type="button" onClick={person}>
          <Icon of="person" size={16} /> {t('person')}
        </button>
      )}
      {brand.phone && canCall && brand.open && (
        <button type="button" onClick={() => (calling.value = 'asking')}>
          <Icon of="phone" size={16} /> {t('call_here')}
        </button>
      )}
      {brand.phone && (
        <a href={`tel:${brand.phone.replace(/[^+\d]/g, '')}`}>
          <Icon of="phone" size={16} /> {t('call', { x: brand.phone })}
        </a>
      )}
      {brand.privacy_url && (
        <a href={brand.privacy_url} target="_blank" rel="noopener noreferrer">
          {t('privacy')}
        </a>
      )}
    </footer>
  )
}
