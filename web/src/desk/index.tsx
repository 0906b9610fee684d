import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Coffee, MessageCircle, Search } from 'lucide-react'
import { lazy, Suspense, useCallback, useEffect, useMemo } from 'react'
import { useLink } from '../app/live.ts'
import { OfferList, useOffers } from '../app/Ringing.tsx'
import { useUrl } from '../app/router.tsx'
import { FaceHead } from '../app/Shell.tsx'
import { useMe } from '../app/session.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { withWords } from '../app/words.ts'
import { useDesk } from '../app/workday.ts'
import type { ContactDesk, ContactSummary } from '../gen/api.gen.ts'
import { useT } from '../lib/i18n.ts'
import { Live } from '../ui/Live.tsx'
import { Empty, Loading } from '../ui/States.tsx'
import { Calm } from './Calm.tsx'
import { Conversation } from './Conversation.tsx'
import { CustomerPanel, FoundCustomer } from './CustomerPanel.tsx'
import css from './desk.module.css'
import { anyUnsent } from './drafts.ts'
import { List } from './List.tsx'
import { anyOutgoing, hurry, openOutbox } from './outbox.ts'
import { StatusMenu, useSetStatus } from './StatusMenu.tsx'

const PhoneStatus = lazy(() => withWords('phone', import('../phone/Status.tsx')))

/** Conversations side by side at most; more would be too narrow to read. */
const maxColumns = 3

/** What is open and which of it has the focus: state of the address, so that it survives a reload and can be gone back to. */
function useOpen(contacts: ContactSummary[]) {
  const [url, go] = useUrl()
  const open = useMemo(() => (url.c ?? '').split(',').map(Number).filter(Boolean), [url.c])
  const wanted = Number(url.f)
  const focused = open.includes(wanted) ? wanted : open[0]
  const set = useCallback(
    (ids: number[], focus?: number, replace = false) =>
      go({ c: ids.join(',') || undefined, f: ids.length > 1 && focus ? String(focus) : undefined, customer: undefined }, replace),
    [go],
  )
  const show = (id: number, beside: boolean) => {
    if (open.includes(id)) return set(open, id, true)
    if (beside) return set([...open, id].slice(-maxColumns), id)
    set(open.length > 1 && focused ? open.map(x => (x === focused ? id : x)) : [id], id)
  }
  const close = (id: number) => {
    const rest = open.filter(x => x !== id)
    set(rest, rest[0])
  }
  const step = (by: number) => {
    const at = contacts.findIndex(c => c.id === focused)
    const next = contacts[at < 0 ? 0 : (at + by + contacts.length) % contacts.length]
    if (next) show(next.id, false)
  }
  const after = (id: number) => {
    const rest = contacts.filter(c => c.id !== id && !open.includes(c.id))
    const next = rest.find(c => c.unread > 0) ?? rest[0]
    const others = open.filter(x => x !== id)
    set(others.length || !next ? others : [next.id], others[0] ?? next?.id, true)
    const to = others[0] ?? next?.id
    setTimeout(() => document.getElementById(to ? `row-${to}` : 'main')?.focus())
  }
  return {
    open,
    focused,
    show,
    close,
    step,
    after,
    focus: (id: number) => id !== focused && set(open, id, true),
    customer: Number(url.customer) || undefined,
    closeCustomer: () => go({ customer: undefined }),
  }
}

/** Asks before the page is left, only when something written would stay unsent. */
function useLeaveGuard() {
  useEffect(() => {
    const ask = (e: BeforeUnloadEvent) => {
      if (anyOutgoing() || anyUnsent()) e.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [])
}

/** The agent's desk. */
export default function Desk() {
  const { t } = useT()
  const me = useMe()
  const client = useQueryClient()
  const desk = useDesk()
  const link = useLink()
  useEffect(() => openOutbox(client, me.agent_id), [client, me.agent_id])
  useEffect(() => {
    if (link.link === 'live') hurry()
  }, [link.link])
  useLeaveGuard()
  return (
    <>
      <FaceHead
        title={t('face.desk')}
        tools={
          desk && (
            <>
              <Suspense>
                <PhoneStatus />
              </Suspense>
              <StatusMenu agent={desk.agent} />
            </>
          )
        }
      >
        <Live state={link} />
      </FaceHead>
      {desk ? <Panes desk={desk} /> : <Loading rows={[4, 4.1, 4.2, 4.3]} />}
    </>
  )
}

function Panes({ desk }: { desk: ContactDesk }) {
  const { t } = useT()
  const offers = useOffers()
  const contacts = useMemo(
    () =>
      desk.contacts.slice().sort((a, b) => (a.answered_at_ms ?? a.arrived_at_ms) - (b.answered_at_ms ?? b.arrived_at_ms) || a.id - b.id),
    [desk.contacts],
  )
  const o = useOpen(contacts)
  const group = 'keys.group_desk' as const
  useShortcut({ keys: 'j', label: 'list.next', group, run: () => o.step(1) }, contacts.length > 0)
  useShortcut({ keys: 'k', label: 'list.previous', group, run: () => o.step(-1) }, contacts.length > 0)
  const besides = contacts.find(c => !o.open.includes(c.id))
  useShortcut({ keys: 'b', label: 'list.beside', group, run: () => besides && o.show(besides.id, true) }, !!besides && o.open.length > 0)
  useShortcut({ keys: 'Escape', label: 'conversation.shut', group, run: () => o.focused && o.close(o.focused) }, o.open.length > 0)
  const single = o.open.length <= 1
  const ringing = offers.find(x => x.contact.customer_id)?.contact
  return (
    <div className={css.desk} data-view={o.open.length || o.customer ? 'conversation' : 'list'} data-columns={Math.max(1, o.open.length)}>
      <nav className={css.inbox} aria-label={t('list.title')}>
        <div className={css.scroll}>
          {offers.length > 0 && (
            <div className={css.offers}>
              <OfferList offers={offers} />
            </div>
          )}
          {contacts.length > 0 && <List contacts={contacts} open={o.open} focused={o.focused} onOpen={o.show} />}
          {contacts.length === 0 && offers.length === 0 && <NothingInHand status={desk.agent.status} />}
        </div>
        <Calm queues={desk.queues} />
      </nav>
      <div className={css.columns}>
        {o.open.map(id => (
          <Conversation
            key={id}
            id={id}
            focused={id === o.focused}
            only={single}
            focus={() => o.focus(id)}
            close={() => o.close(id)}
            next={() => o.after(id)}
          />
        ))}
        {o.open.length === 0 && <Empty icon={MessageCircle} title={t('desk.choose')} text={t('desk.choose_text')} />}
      </div>
      <aside className={css.side} aria-label={t('customer.title')}>
        {o.customer ? (
          <FoundCustomer id={o.customer} close={o.closeCustomer} />
        ) : ringing?.customer_id && !o.focused ? (
          <FoundCustomer key={ringing.id} id={ringing.customer_id} now={ringing.id} />
        ) : o.focused ? (
          <CustomerPanel key={o.focused} id={o.focused} />
        ) : (
          <Empty icon={Search} title={t('desk.no_customer')} text={t('desk.no_customer_text')} />
        )}
      </aside>
    </div>
  )
}

function NothingInHand({ status }: { status: ContactDesk['agent']['status'] }) {
  const { t } = useT()
  const set = useSetStatus()
  if (status === 'ready' || status === 'direct_only')
    return <Empty icon={MessageCircle} title={t('list.empty')} text={t('list.empty_text')} />
  return (
    <Empty
      icon={Coffee}
      title={t('list.empty_away')}
      text={t('list.empty_away_text')}
      action={
        <Button size="sm" onClick={() => void set({ status: 'ready' })}>
          {t('status.set_ready')}
        </Button>
      }
    />
  )
}
