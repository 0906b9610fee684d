import { ActionIcon, Tooltip } from '@mantine/core'
import { Columns2 } from 'lucide-react'
import { memo } from 'react'
import { useNames } from '../app/session.ts'
import type { ContactSummary } from '../gen/api.gen.ts'
import { clock } from '../lib/format.ts'
import { useT } from '../lib/i18n.ts'
import { useNow } from '../lib/now.ts'
import { ChannelIcon, deferred, spoken } from '../ui/channels.tsx'
import { type Level, Status } from '../ui/Status.tsx'
import css from './desk.module.css'

/** In a live channel a customer who has waited this long for the next answer needs a look, and this long a hand. */
const lookMS = 60_000
const handMS = 180_000

/** What a row says about its contact, and how loudly. */
function useStanding(c: ContactSummary): { level: Level; text: string } {
  const { t } = useT()
  const now = useNow()
  if (c.state === 'wrapping') {
    const rest = c.wrap_up_until_ms ? ` ${clock(Math.max(0, c.wrap_up_until_ms - now))}` : ''
    return { level: c.wrap_up_until_ms && c.wrap_up_until_ms - now < 20_000 ? 'warn' : 'none', text: t('state.wrapping') + rest }
  }
  if (c.state === 'snoozed') return { level: 'none', text: t('state.snoozed') }
  if (c.state === 'held') return { level: 'warn', text: t('state.held') }
  if (c.state === 'parked') return { level: 'none', text: t('state.parked') }
  if (spoken(c.channel) && c.state === 'talking')
    return { level: 'ok', text: t('state.on_call', { time: clock(now - (c.answered_at_ms ?? now)) }) }
  if (c.adviser) return { level: 'none', text: t('state.adviser') }
  if (!c.customer_waiting_since_ms) return { level: 'none', text: t('state.with_customer') }
  const waited = now - c.customer_waiting_since_ms
  const level = deferred(c.channel) || waited < lookMS ? 'ok' : waited < handMS ? 'warn' : 'bad'
  return { level, text: t('state.customer_waits', { time: clock(waited) }) }
}

type RowProps = { c: ContactSummary; open: boolean; focused: boolean; onOpen: (id: number, beside: boolean) => void }

/** One contact in hand. */
const Row = memo(function Row({ c, open, focused, onOpen }: RowProps) {
  const { t } = useT()
  const names = useNames()
  const standing = useStanding(c)
  const queue = names.queues.find(q => q.id === c.queue_id)?.name ?? ''
  const name = c.name || t('customer.unknown')
  return (
    <li className={css.row} data-open={open || undefined} data-focused={focused || undefined}>
      <button
        type="button"
        id={`row-${c.id}`}
        className={css.rowMain}
        aria-current={focused ? 'true' : undefined}
        onClick={e => onOpen(c.id, e.ctrlKey || e.metaKey)}
      >
        <ChannelIcon channel={c.channel} />
        <span className={css.rowName}>{name}</span>
        <span className={css.rowSide}>
          {c.unread > 0 ? <b className={`${css.unread} num`}>{t('unread', { n: c.unread })}</b> : <span className="sub">{queue}</span>}
        </span>
        <span className={css.rowText}>
          {c.preview_by === 'agent' && `${t('thread.you')}: `}
          {c.preview}
        </span>
        <span className={css.rowState}>
          <Status level={standing.level}>
            <span className="num">{standing.text}</span>
          </Status>
        </span>
      </button>
      {!open && (
        <Tooltip label={t('list.beside')}>
          <ActionIcon
            className={css.beside}
            variant="default"
            size={26}
            aria-label={t('list.beside_name', { name })}
            onClick={() => onOpen(c.id, true)}
          >
            <Columns2 size={14} />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  )
})

/** What the agent has in hand, in the order it came: rows never move by themselves. */
export function List({
  contacts,
  open,
  focused,
  onOpen,
}: {
  contacts: ContactSummary[]
  open: number[]
  focused?: number
  onOpen: RowProps['onOpen']
}) {
  return (
    <ul className={css.list}>
      {contacts.map(c => (
        <Row key={c.id} c={c} open={open.includes(c.id)} focused={focused === c.id} onOpen={onOpen} />
      ))}
    </ul>
  )
}
