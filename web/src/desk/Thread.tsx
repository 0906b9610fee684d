import { Button } from '@mantine/core'
import { ArrowDown, Check, CheckCheck, Clock, Download, LockKeyhole } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useMe } from '../app/session.ts'
import type { ContactDetail, ConversationFile, ConversationMessage, ConversationNote } from '../gen/api.gen.ts'
import { longDate, sameDay, timeOfDay } from '../lib/dates.ts'
import { bytes, firstName } from '../lib/format.ts'
import { type Key, type Translate, useT } from '../lib/i18n.ts'
import { centreNow, useNow } from '../lib/now.ts'
import { WithNumbers } from '../phone/Numbers.tsx'
import css from './desk.module.css'
import { dropDraft } from './drafts.ts'
import { type Outgoing, release, sendAnyway, takeBack, useOutbox } from './outbox.ts'
import { useOlder, useTyping } from './queries.ts'
import { recallReply } from './reply.ts'

type Line = { at: number; order: number } & (
  | { kind: 'message'; m: ConversationMessage }
  | { kind: 'note'; n: ConversationNote }
  | { kind: 'out'; o: Outgoing }
)

/** Everything said in order of time; what is on its way stands last. */
function linesOf(detail: ContactDetail, outbox: Outgoing[]): Line[] {
  const arrived = new Set(detail.messages.map(m => m.key).filter(Boolean))
  const first = detail.messages[0]?.at_ms ?? 0
  const said: Line[] = [
    ...detail.messages.map(m => ({ kind: 'message' as const, m, at: m.at_ms, order: 0 })),
    ...detail.notes.filter(n => !detail.more || n.at_ms >= first).map(n => ({ kind: 'note' as const, n, at: n.at_ms, order: 1 })),
  ]
  said.sort((a, b) => a.at - b.at || a.order - b.order)
  const going = outbox
    .filter(o => o.contact === detail.contact.id && !arrived.has(o.key))
    .map(o => ({ kind: 'out' as const, o, at: o.at, order: 2 }))
  return [...said, ...going]
}

const groupMS = 3 * 60_000
/** Whether a line goes on where the one before it left off: the same author, soon after. */
function goesOn(a: Line | undefined, b: Line): boolean {
  if (!a || b.at - a.at > groupMS) return false
  if (a.kind === 'message' && b.kind === 'message')
    return a.m.author === b.m.author && a.m.agent_id === b.m.agent_id && a.m.author !== 'system'
  return a.kind === 'note' && b.kind === 'note' && a.n.agent_id === b.n.agent_id
}

/**
 * Keeps the newest line in sight, unless the reader has scrolled up, and keeps what they read in place when older lines come above; tells when
 * something new came below.
 */
function useBottom(first: string | undefined, last: string | undefined) {
  const box = useRef<HTMLDivElement>(null)
  const inner = useRef<HTMLDivElement>(null)
  const stuck = useRef(true)
  const seen = useRef({ first, last, height: 0 })
  const [below, setBelow] = useState(false)
  useLayoutEffect(() => {
    const el = box.current
    if (!el) return
    const was = seen.current
    if (stuck.current) el.scrollTop = el.scrollHeight
    else if (was.last !== last) setBelow(true)
    else if (was.first !== first) el.scrollTop += el.scrollHeight - was.height
    seen.current = { first, last, height: el.scrollHeight }
  }, [first, last])
  useEffect(() => {
    const el = box.current
    if (!el || !inner.current) return
    const observer = new ResizeObserver(() => {
      if (stuck.current) el.scrollTop = el.scrollHeight
      seen.current.height = el.scrollHeight
    })
    observer.observe(el)
    observer.observe(inner.current)
    return () => observer.disconnect()
  }, [])
  const onScroll = () => {
    const el = box.current
    if (!el) return
    stuck.current = el.scrollHeight - el.scrollTop - el.clientHeight < 40
    if (stuck.current) setBelow(false)
  }
  const down = () => {
    stuck.current = true
    setBelow(false)
    box.current?.scrollTo({ top: box.current.scrollHeight })
  }
  return { box, inner, below, onScroll, down }
}

/** The conversation: messages from both sides, notes that only colleagues see, and replies on their way. */
export function Thread({ detail, name }: { detail: ContactDetail; name: string }) {
  const { t, locale } = useT()
  const outbox = useOutbox()
  const older = useOlder(detail.contact.id)
  const [fetching, setFetching] = useState(false)
  const lines = linesOf(detail, outbox)
  const { box, inner, below, onScroll, down } = useBottom(lines[0] && idOf(lines[0]), lines.length ? idOf(lines.at(-1)!) : undefined)
  const more = async () => {
    setFetching(true)
    await older().catch(() => undefined)
    setFetching(false)
  }
  return (
    <div className={css.threadBox}>
      <div className={css.thread} ref={box} onScroll={onScroll} role="log" aria-label={t('thread.label', { name })} tabIndex={0}>
        <div ref={inner} className={css.lines}>
          {detail.more && (
            <Button className={css.older} variant="subtle" size="compact-xs" loading={fetching} onClick={() => void more()}>
              {t('thread.older')}
            </Button>
          )}
          {lines.map((l, i) => {
            const before = lines[i - 1]
            const day = !before || !sameDay(before.at, l.at)
            return (
              <div key={idOf(l)} className={css.line} data-on={(!day && goesOn(before, l)) || undefined}>
                {day && <p className={css.day}>{sameDay(l.at, centreNow()) ? t('thread.today') : longDate(locale, l.at)}</p>}
                {l.kind === 'message' && <Message m={l.m} />}
                {l.kind === 'note' && <Note n={l.n} />}
                {l.kind === 'out' && <OutgoingReply o={l.o} detail={detail} />}
              </div>
            )
          })}
          <Typing contact={detail.contact.id} />
        </div>
      </div>
      {below && (
        <Button className={css.below} size="compact-sm" radius="xl" leftSection={<ArrowDown size={14} aria-hidden="true" />} onClick={down}>
          {t('thread.below')}
        </Button>
      )}
    </div>
  )
}

const idOf = (l: Line) => (l.kind === 'message' ? `m${l.m.id}` : l.kind === 'note' ? `n${l.n.id}` : l.o.key)

const told: Record<string, Key> = {
  joined: 'system.joined',
  left: 'system.left',
  transferred: 'system.transferred',
  closed: 'system.closed',
  requeued: 'system.requeued',
}

function systemText(t: Translate, m: ConversationMessage): string {
  const key = told[m.code ?? '']
  return key ? t(key, { name: m.name || t('system.customer') }) : m.text
}

function Message({ m }: { m: ConversationMessage }) {
  const { t } = useT()
  const me = useMe()
  if (m.author === 'system')
    return (
      <p className={css.system}>
        {systemText(t, m)} · {timeOfDay(m.at_ms)}
      </p>
    )
  const ours = m.author === 'agent'
  return (
    <article className={css.msg} data-out={ours || undefined}>
      <p className={css.by}>
        <b>{ours && m.agent_id === me.agent_id ? t('thread.you') : m.name || t('customer.unknown')}</b> <time>{timeOfDay(m.at_ms)}</time>
      </p>
      {m.text && (
        <p className={css.text}>
          <WithNumbers text={m.text} />
        </p>
      )}
      <Files files={m.files} />
      {ours && <Seen m={m} />}
    </article>
  )
}

function Seen({ m }: { m: ConversationMessage }) {
  const { t } = useT()
  return (
    <p className={css.seen}>
      {m.read_at_ms ? (
        <>
          <CheckCheck size={13} aria-hidden="true" /> {t('message.read', { time: timeOfDay(m.read_at_ms) })}
        </>
      ) : (
        <>
          <Check size={13} aria-hidden="true" /> {t('message.sent')}
        </>
      )}
    </p>
  )
}

function Files({ files }: { files: ConversationFile[] }) {
  const { locale } = useT()
  if (!files.length) return null
  return (
    <ul className={css.files}>
      {files.map(f => (
        <li key={f.id}>
          <a href={`/api/files/${encodeURIComponent(f.id)}`} download={f.name}>
            {/^image\/(png|jpe?g|gif|webp)$/.test(f.type) ? (
              <img src={`/api/files/${encodeURIComponent(f.id)}`} alt="" loading="lazy" />
            ) : (
              <Download size={15} aria-hidden="true" />
            )}
            <span>{f.name}</span> <span className="sub">{bytes(locale, f.bytes)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function Note({ n }: { n: ConversationNote }) {
  const { t } = useT()
  return (
    <article className={css.note}>
      <p className={css.by}>
        <LockKeyhole size={13} aria-hidden="true" /> <b>{t('note.by', { name: n.name })}</b> <time>{timeOfDay(n.at_ms)}</time> ·{' '}
        {t('note.internal')}
      </p>
      <p className={css.text}>
        <WithNumbers text={n.text} />
      </p>
    </article>
  )
}

/** A reply that has not arrived yet: what keeps it, and what can be done. */
function OutgoingReply({ o, detail }: { o: Outgoing; detail: ContactDetail }) {
  const { t } = useT()
  const now = useNow()
  const edit = () => recallReply(o.key)
  if (o.state === 'refused') return <Refused o={o} detail={detail} edit={edit} />
  const text = {
    held: t('out.held', { s: Math.max(0, Math.ceil(((o.until ?? 0) - now) / 1000)) }),
    sending: t('out.sending'),
    waiting: t('out.waiting'),
    failed: t('out.failed'),
    refused: '',
  }[o.state]
  return (
    <article className={css.msg} data-out data-state={o.state}>
      {o.text && <p className={css.text}>{o.text}</p>}
      <Files files={o.files} />
      <p className={css.seen} role="status">
        <Clock size={13} aria-hidden="true" /> {text}
        {o.state === 'failed' && o.problem?.detail ? ` ${o.problem.detail}` : ''}
        {o.state !== 'sending' && (
          <>
            <Button size="compact-xs" variant="subtle" onClick={() => release(o.key)}>
              {t(o.state === 'held' ? 'out.now' : 'retry')}
            </Button>
            <Button size="compact-xs" variant="subtle" onClick={edit}>
              {t('out.edit')}
            </Button>
          </>
        )}
      </p>
    </article>
  )
}

/** A colleague has answered since, or the agent in another window: both texts side by side, and the choice is the agent's. */
function Refused({ o, detail, edit }: { o: Outgoing; detail: ContactDetail; edit: () => void }) {
  const { t } = useT()
  const me = useMe()
  const since = detail.messages.filter(m => m.id > o.after && m.author !== 'customer')
  const answer = since.find(m => m.author === 'agent')
  const mine = answer?.agent_id === me.agent_id
  const who = mine ? t('refused.you') : answer?.name
  const newest = detail.messages.at(-1)?.id ?? o.after
  const discard = () => {
    takeBack(o.key)
    dropDraft(o.contact, 'reply')
  }
  return (
    <section className={css.refused} role="alert">
      <h3>{mine ? t('refused.title_you') : t('refused.title', { name: firstName(who ?? '') || t('refused.colleague') })}</h3>
      <div className={css.diff}>
        <div>
          <p className={css.by}>{who ?? t('refused.colleague')}</p>
          {since.length === 0 && <p className="sub">{t('loading')}</p>}
          {since.map(m => (
            <p key={m.id} className={m.author === 'system' ? 'sub' : css.text}>
              {m.author === 'system' ? systemText(t, m) : m.text}
            </p>
          ))}
        </div>
        <div data-mine>
          <p className={css.by}>{t('refused.yours')}</p>
          <p className={css.text}>{o.text}</p>
        </div>
      </div>
      <div className={css.refusedDo}>
        <Button size="xs" onClick={edit}>
          {t('refused.edit')}
        </Button>
        <Button size="xs" variant="default" onClick={() => sendAnyway(o.key, newest)}>
          {t('refused.send')}
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={discard}>
          {t('refused.discard')}
        </Button>
      </div>
    </section>
  )
}

function Typing({ contact }: { contact: number }) {
  const { t } = useT()
  const who = useTyping(contact)[0]
  return (
    <p className={css.typing} aria-live="polite">
      {who && (
        <>
          <span className={css.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {t('thread.typing', { name: who.name || t('customer.the') })}
        </>
      )}
    </p>
  )
}
