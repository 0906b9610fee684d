import { ActionIcon, Button, Menu, SegmentedControl, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { AlarmClock, ArrowLeft, CircleCheck, Ellipsis, Forward, LifeBuoy, LogOut, Undo2, UserMinus, X } from 'lucide-react'
import { type RefObject, Suspense, useEffect, useRef, useState } from 'react'
import { useCan, useMe, useNames } from '../app/session.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { toast } from '../app/toasts.tsx'
import type { ContactDetail } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
import { later } from '../lib/later.ts'
import { centreNow } from '../lib/now.ts'
import { useWish } from '../phone/wish.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { ChannelIcon, deferred, spoken } from '../ui/channels.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { ErrorState, Loading, useProblemText } from '../ui/States.tsx'
import { Since } from '../ui/Timer.tsx'
import { type Mode, NoteBox, ReplyBox } from './Composer.tsx'
import css from './desk.module.css'
import type { HandOverKind } from './HandOver.tsx'
import { tellHere } from './presence.ts'
import { useContact } from './queries.ts'
import { Thread } from './Thread.tsx'

const Ask = later(() => import('./Ask.tsx'))
const HandOver = later(() => import('./HandOver.tsx'))
const WrapUp = later(() => import('./WrapUp.tsx'))

export type Column = { id: number; focused: boolean; only: boolean; focus: () => void; close: () => void; next: () => void }

/** One conversation in a column of its own. */
export function Conversation(p: Column) {
  const { t } = useT()
  const contact = useContact(p.id)
  if (contact.data) return <Opened {...p} detail={contact.data} />
  return (
    <section className={css.column} aria-label={t('conversation.label')}>
      {contact.error ? (
        <ErrorState what={t('conversation.failed')} error={contact.error} retry={() => void contact.refetch()} />
      ) : (
        <Loading rows={[2, 4, 4.1, 6]} />
      )}
    </section>
  )
}

/** Tells colleagues that the conversation is open here, as long as it is. */
function useHere(id: number, on: boolean) {
  useEffect(() => {
    if (!on) return
    tellHere(id, true)
    return () => tellHere(id, false)
  }, [id, on])
}

/** Marks what the customer has written as seen, once it really is: the conversation in front, the window in sight. */
function useReading(detail: ContactDetail, focused: boolean) {
  const id = detail.contact.id
  const newest = detail.messages.findLast(m => m.author === 'customer')
  const unread = newest && !newest.read_at_ms ? newest.id : 0
  const marked = useRef(0)
  useEffect(() => {
    if (!focused || !unread || detail.contact.state === 'closed') return
    const mark = () => {
      if (document.visibilityState !== 'visible' || !document.hasFocus() || marked.current >= unread) return
      marked.current = unread
      api('PUT /api/contacts/{id}/read', { path: { id }, body: { message_id: unread } }).catch(() => {
        marked.current = 0
      })
    }
    mark()
    addEventListener('focus', mark)
    return () => removeEventListener('focus', mark)
  }, [id, unread, focused, detail.contact.state])
}

const endContact = (id: number) => api('POST /api/contacts/{id}/end', { path: { id } })

function Opened({ detail, ...p }: Column & { detail: ContactDetail }) {
  const { t } = useT()
  const me = useMe()
  const say = useProblemText()
  const c = detail.contact
  const name = c.name || t('customer.unknown')
  const mine = c.agent_id === me.agent_id || c.adviser === true
  const [mode, setMode] = useState<Mode>('reply')
  const [dialog, setDialog] = useState<HandOverKind | 'end' | 'requeue'>()
  const field = useRef<HTMLTextAreaElement>(null)
  useHere(c.id, mine)
  useReading(detail, p.focused && mine)
  useWish(c.id, setDialog)
  const write = (m: Mode) => {
    setMode(m)
    setTimeout(() => field.current?.focus())
  }
  const end = useMutation({ mutationFn: endContact, onError: e => toast(say(e), { level: 'bad' }), onSettled: () => setDialog(undefined) })
  const live = mine && (c.state === 'talking' || c.state === 'parked' || c.state === 'held')
  const own = live && !c.adviser
  const on = p.focused
  useShortcut(
    { keys: 'r', label: 'reply.write', group: 'keys.group_conversation', run: () => write('reply') },
    on && own && !spoken(c.channel),
  )
  useShortcut({ keys: 'n', label: 'note.write', group: 'keys.group_conversation', run: () => write('note') }, on && mine)
  useShortcut({ keys: 't', label: 'transfer.title', group: 'keys.group_conversation', run: () => setDialog('transfer') }, on && own)
  useShortcut({ keys: 'c', label: 'consult.title', group: 'keys.group_conversation', run: () => setDialog('consult') }, on && own)
  useShortcut({ keys: 'q', label: 'requeue.title', group: 'keys.group_conversation', run: () => setDialog('requeue') }, on && own)
  useShortcut({ keys: 'e', label: 'end.title', group: 'keys.group_conversation', run: () => setDialog('end') }, on && own)
  return (
    <section
      className={css.column}
      aria-label={t('conversation.with', { name })}
      data-focused={(p.focused && !p.only) || undefined}
      onFocusCapture={p.focus}
      onPointerDownCapture={p.focus}
    >
      <Head detail={detail} name={name} open={setDialog} own={own} {...p} />
      <Thread detail={detail} name={name} />
      <Suspense fallback={<Loading rows={[2, 4]} />}>
        {c.state === 'wrapping' && mine && <WrapUp detail={detail} focused={p.focused} done={p.next} />}
      </Suspense>
      {live && <Writing detail={detail} own={own} mode={own && !spoken(c.channel) ? mode : 'note'} write={write} field={field} />}
      {!live && c.state !== 'wrapping' && (
        <p className={css.over}>{t(c.state === 'snoozed' ? 'conversation.snoozed' : 'conversation.closed')}</p>
      )}
      <Suspense>
        {(dialog === 'transfer' || dialog === 'consult') && <HandOver kind={dialog} detail={detail} close={() => setDialog(undefined)} />}
        {dialog === 'end' && (
          <Ask
            title={t('end.ask', { name })}
            text={t('end.text')}
            yes={t('end.yes')}
            busy={end.isPending}
            go={() => end.mutate(c.id)}
            close={() => setDialog(undefined)}
          />
        )}
        {dialog === 'requeue' && <Requeue detail={detail} close={() => setDialog(undefined)} />}
      </Suspense>
    </section>
  )
}

type WritingProps = {
  detail: ContactDetail
  own: boolean
  mode: Mode
  write: (m: Mode) => void
  field: RefObject<HTMLTextAreaElement | null>
}

/** Where one writes: to the customer or to colleagues, and never one as the other. An adviser writes to colleagues alone. */
function Writing({ detail, own, mode, write, field }: WritingProps) {
  const { t } = useT()
  const kinds = [
    ...(own && !spoken(detail.contact.channel) ? [{ value: 'reply', label: t('composer.reply') }] : []),
    { value: 'note', label: t('composer.note') },
  ]
  const Box = mode === 'note' ? NoteBox : ReplyBox
  return (
    <div className={css.composer} data-mode={mode}>
      <div className={css.modes}>
        <SegmentedControl size="xs" value={mode} onChange={v => write(v as Mode)} aria-label={t('composer.mode')} data={kinds} />
        {!own && <span className="sub">{t('composer.adviser')}</span>}
      </div>
      <Box key={mode} detail={detail} field={field} />
    </div>
  )
}

type HeadProps = Column & { detail: ContactDetail; name: string; own: boolean; open: (d: HandOverKind | 'end' | 'requeue') => void }

function Head({ detail, name, own, open, only, close }: HeadProps) {
  const { t } = useT()
  const names = useNames()
  const c = detail.contact
  const queue = names.queues.find(q => q.id === c.queue_id)?.name
  const brand = names.brands.find(b => b.id === c.brand_id)?.name
  return (
    <header className={css.head}>
      <ActionIcon className={css.back} variant="subtle" color="gray" size={36} aria-label={t('back')} onClick={close}>
        <ArrowLeft size={18} />
      </ActionIcon>
      <ChannelIcon channel={c.channel} size={18} />
      <div className={css.who}>
        <h2>{name}</h2>
        <p className="sub">
          {[queue, brand].filter(Boolean).join(' · ')}
          {c.answered_at_ms && c.state !== 'closed' && (
            <>
              {' · '}
              <Since ms={c.answered_at_ms} />
            </>
          )}
        </p>
      </div>
      <span className="grow" />
      <Colleagues detail={detail} />
      {own && (
        <>
          <Tooltip label={t('transfer.title')}>
            <ActionIcon className="hide-s" variant="default" size={30} aria-label={t('transfer.title')} onClick={() => open('transfer')}>
              <Forward size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t('consult.title')}>
            <ActionIcon className="hide-s" variant="default" size={30} aria-label={t('consult.title')} onClick={() => open('consult')}>
              <LifeBuoy size={16} />
            </ActionIcon>
          </Tooltip>
          <MoreMenu detail={detail} open={open} />
          {only ? (
            <Button size="xs" leftSection={<CircleCheck size={15} aria-hidden="true" />} onClick={() => open('end')}>
              {t('end.title')}
              <span className="hide-s">
                <Kbd keys="e" />
              </span>
            </Button>
          ) : (
            <Tooltip label={t('end.title')}>
              <ActionIcon size={30} aria-label={t('end.title')} onClick={() => open('end')}>
                <CircleCheck size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </>
      )}
      {!only && (
        <ActionIcon
          className={css.shut}
          variant="subtle"
          color="gray"
          size={30}
          aria-label={t('conversation.close', { name })}
          onClick={close}
        >
          <X size={16} />
        </ActionIcon>
      )}
    </header>
  )
}

function MoreMenu({ detail, open }: { detail: ContactDetail; open: HeadProps['open'] }) {
  const { t } = useT()
  const say = useProblemText()
  const can = useCan()
  const id = detail.contact.id
  const run = (p: Promise<unknown>) => p.catch(e => toast(say(e), { level: 'bad' }))
  const snooze = (hours: number) =>
    run(api('POST /api/contacts/{id}/snooze', { path: { id }, body: { until_ms: Math.round(centreNow() + hours * 3_600_000) } }))
  return (
    <Menu width={240}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label={t('more')}>
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item className={css.smallOnly} leftSection={<Forward size={15} />} onClick={() => open('transfer')}>
          {t('transfer.title')}
        </Menu.Item>
        <Menu.Item className={css.smallOnly} leftSection={<LifeBuoy size={15} />} onClick={() => open('consult')}>
          {t('consult.title')}
        </Menu.Item>
        <Menu.Item leftSection={<Undo2 size={15} />} rightSection={<Kbd keys="q" />} onClick={() => open('requeue')}>
          {t('requeue.title')}
        </Menu.Item>
        <Menu.Item
          leftSection={<UserMinus size={15} />}
          onClick={() => void run(api('POST /api/contacts/{id}/consult/end', { path: { id } }))}
        >
          {t('consult.end')}
        </Menu.Item>
        {deferred(detail.contact.channel) && can('contacts.answer') && (
          <>
            <Menu.Divider />
            <Menu.Label>{t('snooze.title')}</Menu.Label>
            {[1, 4, 24].map(h => (
              <Menu.Item key={h} leftSection={<AlarmClock size={15} />} onClick={() => void snooze(h)}>
                {t('snooze.hours', { n: h })}
              </Menu.Item>
            ))}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Who else has the conversation open, and who of them is writing. */
function Colleagues({ detail }: { detail: ContactDetail }) {
  const { t } = useT()
  const me = useMe()
  const others = detail.present.filter(x => x.agent_id !== me.agent_id && x.here)
  if (!others.length) return null
  const writing = others.find(x => x.typing)
  return (
    <span className={css.others} role="status">
      {others.slice(0, 3).map(o => (
        <Avatar key={o.agent_id} name={o.name} size={24} title={o.name} />
      ))}
      <span className="sub hide-s">
        {writing ? t('present.writes', { name: writing.name }) : t('present.looks', { name: others[0]?.name ?? '' })}
      </span>
    </span>
  )
}

function Requeue({ detail, close }: { detail: ContactDetail; close: () => void }) {
  const { t } = useT()
  const say = useProblemText()
  const [words, setWords] = useState('')
  const [busy, setBusy] = useState(false)
  const go = async () => {
    setBusy(true)
    try {
      await api('POST /api/contacts/{id}/requeue', { path: { id: detail.contact.id }, body: { words: words.trim() } })
      toast(t('requeue.done'))
      close()
    } catch (e) {
      toast(say(e), { level: 'bad' })
      setBusy(false)
    }
  }
  return (
    <Ask
      title={t('requeue.ask')}
      text={t('requeue.text')}
      yes={t('requeue.yes')}
      icon={<LogOut size={15} aria-hidden="true" />}
      busy={busy}
      words={{ value: words, set: setWords, label: t('handover.words') }}
      go={() => void go()}
      close={close}
    />
  )
}
