import { Drawer, NativeSelect, TextInput } from '@mantine/core'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, Search } from 'lucide-react'
import { useState } from 'react'
import type { ContactColleague, ContactWaiter, SetAgentStatusRequest } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { fits } from '../lib/fold.ts'
import { pick, useT } from '../lib/i18n.ts'
import { ChannelIcon } from '../ui/channels.tsx'
import { Empty, ErrorState, Loading, useProblemText } from '../ui/States.tsx'
import { type Level, StatusMark } from '../ui/Status.tsx'
import { Since } from '../ui/Timer.tsx'
import css from './lead.module.css'
import { useCan, useNames } from './session.ts'
import { toast } from './toasts.tsx'

const everyMS = 3000
const waitingQuery = queryOptions({ queryKey: ['waiting'], queryFn: () => api('GET /api/waiting'), refetchInterval: everyMS, staleTime: 0 })
const peopleQuery = queryOptions({ queryKey: ['agents'], queryFn: () => api('GET /api/agents'), refetchInterval: everyMS, staleTime: 0 })

const priorities = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
const levels: Record<ContactColleague['state'], Level> = {
  free: 'ok',
  talking: 'ok',
  ringing: 'ok',
  wrapping: 'ok',
  gone: 'none',
  lost: 'warn',
}

/** What a leader moves: who waits, one ahead of another, and who is there to answer. It stands beside the desk or the wall, which go on behind it. */
export default function Lead({ close }: { close: () => void }) {
  const { t } = useT()
  const can = useCan()
  return (
    <Drawer opened onClose={close} title={t('lead.title')} size={560} closeButtonProps={{ 'aria-label': t('close') }}>
      <div className={css.lead}>
        {can('contacts.move') && <Waiting />}
        <People />
      </div>
    </Drawer>
  )
}

function Waiting() {
  const { t } = useT()
  const list = useQuery(waitingQuery)
  return (
    <section aria-labelledby="lead-waiting">
      <h3 id="lead-waiting">
        {t('lead.waiting')} {list.data && <span className="sub num">{list.data.length}</span>}
      </h3>
      {list.isPending && <Loading rows={[3, 3.1]} />}
      {list.error && !list.data && <ErrorState what={t('lead.failed')} error={list.error} retry={() => void list.refetch()} />}
      {list.data && !list.data.length && <Empty icon={CircleCheck} title={t('lead.nobody')} />}
      {!!list.data?.length && (
        <ul className={css.list}>
          {list.data.map(c => (
            <Waiter key={c.id} c={c} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Waiter({ c }: { c: ContactWaiter }) {
  const { t } = useT()
  const names = useNames()
  const client = useQueryClient()
  const say = useProblemText()
  const name = c.name || t('customer.unknown')
  const set = useMutation({
    mutationFn: (priority: number) => api('PUT /api/contacts/{id}/priority', { path: { id: c.id }, body: { priority } }),
    onError: e => toast(say(e), { level: 'bad' }),
    onSettled: () => client.invalidateQueries({ queryKey: waitingQuery.queryKey }),
  })
  return (
    <li className={css.row}>
      <ChannelIcon channel={c.channel} />
      <span className={css.who}>
        <b>{name}</b>
        <span className="sub">{c.preview}</span>
        <span className="sub">
          {names.queues.find(q => q.id === c.queue_id)?.name} · {t('lead.position', { n: c.position })} · <Since ms={c.arrived_at_ms} />
        </span>
      </span>
      <NativeSelect
        size="xs"
        aria-label={t('lead.priority_of', { name })}
        value={String(set.isPending ? set.variables : c.priority)}
        data={priorities.map(n => ({ value: String(n), label: n === 0 ? t('lead.usual') : n === 9 ? t('lead.first') : String(n) }))}
        onChange={e => set.mutate(Number(e.currentTarget.value))}
      />
    </li>
  )
}

function People() {
  const { t } = useT()
  const [words, setWords] = useState('')
  const list = useQuery(peopleQuery)
  const led = list.data?.filter(p => p.led) ?? []
  const order = (p: ContactColleague) => (p.state === 'lost' ? 0 : p.state === 'gone' ? 2 : 1)
  const seen = led.filter(p => fits(p.name, words)).sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name))
  return (
    <section aria-labelledby="lead-people">
      <h3 id="lead-people">
        {t('lead.people')} {list.data && <span className="sub num">{led.length}</span>}
      </h3>
      {list.isPending && <Loading rows={[2, 2.1, 2.2]} />}
      {list.error && !list.data && <ErrorState what={t('lead.failed')} error={list.error} retry={() => void list.refetch()} />}
      {led.length > 8 && (
        <TextInput
          leftSection={<Search size={14} aria-hidden="true" />}
          aria-label={t('lead.find')}
          placeholder={t('lead.find')}
          value={words}
          onChange={e => setWords(e.currentTarget.value)}
        />
      )}
      {list.data && !led.length && <p className="sub">{t('lead.nobody_led')}</p>}
      <ul className={css.list}>
        {seen.map(p => (
          <Person key={p.id} p={p} />
        ))}
      </ul>
    </section>
  )
}

function Person({ p }: { p: ContactColleague }) {
  const { t, locale } = useT()
  const names = useNames()
  const client = useQueryClient()
  const say = useProblemText()
  const set = useMutation({
    mutationFn: (body: SetAgentStatusRequest) => api('PUT /api/agents/{id}/status', { path: { id: p.id }, body }),
    onError: e => toast(say(e), { level: 'bad' }),
    onSettled: () => client.invalidateQueries({ queryKey: peopleQuery.queryKey }),
  })
  const away = p.state === 'gone' || p.state === 'lost'
  const now = p.status === 'paused' ? `paused ${p.pause_id ?? ''}` : p.status
  const choose = (v: string) => {
    const [status, pause] = v.split(' ') as [SetAgentStatusRequest['status'], string | undefined]
    set.mutate(pause ? { status, pause_id: Number(pause) } : { status })
  }
  return (
    <li className={css.row}>
      <StatusMark level={p.status === 'paused' || p.status === 'away' ? 'warn' : levels[p.state]} />
      <span className={css.who}>
        <b>{p.name}</b>
        <span className="sub">
          {names.teams.find(x => x.id === p.team_id)?.name} · {t(`agent.${p.state}`)}
        </span>
      </span>
      {!away && (
        <NativeSelect
          size="xs"
          aria-label={t('lead.status_of', { name: p.name })}
          value={now}
          disabled={set.isPending}
          onChange={e => choose(e.currentTarget.value)}
          data={[
            { value: 'ready', label: t('status.ready') },
            { value: 'direct_only', label: t('status.direct_only') },
            ...names.pauses.map(x => ({ value: `paused ${x.id}`, label: pick(x.name, locale) })),
            ...(p.status === 'away' ? [{ value: 'away', label: t('status.away'), disabled: true }] : []),
            { value: 'offline', label: t('status.offline') },
          ]}
        />
      )}
    </li>
  )
}
