import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ChatBrand, ChatConversation, ConversationMessage } from '../src/gen/api.gen.ts'
import { After } from './after.tsx'
import { attach } from './attach.ts'
import { Composer } from './composer.tsx'
import { Foot } from './home.tsx'
import { Icon } from './icons.tsx'
import type { Outgoing } from './kept.ts'
import { download } from './server.ts'
import { busy, discard, online, outbox, place, retry, talk, typist } from './visit.ts'
import { clock, sizeText, t, type Word, waitText } from './words.ts'

/** The conversation: where it stands, what was said, and the field to write in. */
export function Talk({ brand }: { brand: ChatBrand }) {
  const c = talk.value
  const over = c?.state === 'ended'
  const dropping = useSignal(false)
  const files = c?.files ?? false
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is a shortcut to the button that chooses one
    <div
      class="talk"
      onDragOver={e => {
        if (!e.dataTransfer?.types.includes('Files')) return
        e.preventDefault()
        dropping.value = true
      }}
      onDragLeave={e => {
        if (!e.currentTarget.contains(e.relatedTarget as Node)) dropping.value = false
      }}
      onDrop={e => {
        e.preventDefault()
        dropping.value = false
        if (files) attach(e.dataTransfer?.files ?? [])
      }}
    >
      {!over && <Standing c={c} />}
      <Log c={c} />
      {over && c ? <After c={c} /> : <Composer />}
      {dropping.value && <p class="drop">{t(files ? 'drop' : 'files_later')}</p>}
      <Foot brand={brand} />
    </div>
  )
}

/** Where one is: the place in the queue and the expected wait, or who answers. */
function Standing({ c }: { c: ChatConversation | undefined }) {
  const floor = place.value
  const wait = floor ? waitText(floor.low, floor.high) : ''
  if (c?.state === 'talking')
    return (
      <p class="standing" role="status">
        <Icon of="person" size={16} /> {c.agent ? t('with', { x: c.agent }) : t('with_us')}
      </p>
    )
  if (c?.deferred)
    return (
      <p class="standing" role="status">
        <Icon of="clock" size={16} />
        <span>
          <b>{t('received')}</b>
          <small>{t('received_how')}</small>
        </span>
      </p>
    )
  return (
    <p class="standing" role="status">
      <Icon of="clock" size={16} />
      <span>
        <b>{floor?.position ? t('queue', { n: floor.position }) : t('queueing')}</b>
        {wait && ` · ${wait}`}
        <small>{t('person_comes')}</small>
      </span>
    </p>
  )
}

function Log({ c }: { c: ChatConversation | undefined }) {
  const box = useRef<HTMLDivElement>(null)
  const messages = c?.messages ?? []
  const out = outbox.value
  const lines = messages.length + out.length
  const lastMine = messages.findLast(m => m.author === 'customer')?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new line, and who is typing, moves the view to the end
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [lines, typist.value, c?.state])
  return (
    <div class="scroll log" role="log" aria-label={t('log')} tabIndex={0} ref={box}>
      <ul>
        {messages.map(m => (m.author === 'system' ? <System key={m.id} m={m} /> : <Said key={m.id} m={m} last={m.id === lastMine} />))}
        {out.map(o => (
          <Leaving key={o.key} o={o} />
        ))}
      </ul>
      {typist.value && (
        <p class="typing">
          <i />
          <i />
          <i />
          {t('typing', { x: typist.value })}
        </p>
      )}
    </div>
  )
}

const systemWords: Record<string, Word> = {
  joined: 'joined',
  transferred: 'transferred',
  requeued: 'requeued',
  left: 'left',
  closed: 'over',
}

function System({ m }: { m: ConversationMessage }) {
  const word = systemWords[m.code ?? '']
  const text = word ? t(word, { x: m.name || t('us') }) : m.text
  return text ? (
    <li class="sys">
      {text} · {clock(m.at_ms)}
    </li>
  ) : null
}

function Said({ m, last }: { m: ConversationMessage; last: boolean }) {
  const mine = m.author === 'customer'
  return (
    <li class={mine ? 'me' : ''}>
      <span class="by">{mine ? t('you') : m.name || t('us')}</span>
      {m.text && <p>{m.text}</p>}
      {m.files.map(f => (
        <button key={f.id} type="button" class="file" onClick={() => void download(`files/${f.id}`, f.name).catch(() => undefined)}>
          <Icon of="file" size={16} /> {f.name} <small>{sizeText(f.bytes)}</small>
        </button>
      ))}
      <small>
        <time dateTime={new Date(m.at_ms).toISOString()}>{clock(m.at_ms)}</time>
        {last && ` · ${t(m.read_at_ms ? 'seen' : 'sent')}`}
      </small>
    </li>
  )
}

/** What is on its way, or could not go. */
function Leaving({ o }: { o: Outgoing }) {
  return (
    <li class="me out">
      <span class="by">{t('you')}</span>
      {o.text && <p>{o.text}</p>}
      {o.files.map(f => (
        <span key={f.id} class="file">
          <Icon of="file" size={16} /> {f.name}
        </span>
      ))}
      {o.failed ? (
        <small class="bad">
          {t('failed')}. {o.failed === 'closed' && t('is_closed')} {o.failed === 'over' && t('over')}
          <button type="button" class="link" onClick={() => retry(o.key)}>
            {t(o.failed === 'over' ? 'again' : 'retry')}
          </button>
          <button type="button" class="link" onClick={() => discard(o.key)}>
            {t('discard')}
          </button>
        </small>
      ) : (
        <small>
          {clock(o.at)} · {t(busy.value ? 'busy' : online.value ? 'sending' : 'waits')}
        </small>
      )}
    </li>
  )
}
