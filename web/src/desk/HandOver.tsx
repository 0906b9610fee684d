import { Button, Modal, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Building2, Phone, Search, Users } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from 'react'
import { useCan, useMe, useNames } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import { useDesk } from '../app/workday.ts'
import type { ContactColleague, ContactDetail, ContactHandOver } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { fits } from '../lib/fold.ts'
import { clock } from '../lib/format.ts'
import { type Key, type Translate, useT } from '../lib/i18n.ts'
import { outside } from '../phone/actions.ts'
import { bare, looksLikeNumber } from '../phone/numbers.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { ErrorState, Loading, useProblemText } from '../ui/States.tsx'
import { type Level, Status } from '../ui/Status.tsx'
import css from './desk.module.css'
import { agentsQuery } from './queries.ts'

export type HandOverKind = 'transfer' | 'consult'
/** Where a contact can go: to colleagues, or, when it is spoken, to a number outside. */
type Inside = ContactHandOver['to']
type To = Inside | 'outside'
type Choice = { id: number; name: string; sub: string; level: Level; state: string; icon: ReactNode; off?: boolean; rank: number }

const words = {
  transfer: { title: 'transfer.title', yes: 'transfer.yes', done: 'transfer.done' },
  consult: { title: 'consult.title', yes: 'consult.yes', done: 'consult.done' },
} as const

/** How ready a colleague is, best first. */
function readiness(a: ContactColleague): { level: Level; key: Key; rank: number; off?: boolean } {
  if (a.status === 'offline' || a.state === 'gone') return { level: 'none', key: 'agent.offline', rank: 4, off: true }
  if (a.status === 'paused' || a.status === 'away') return { level: 'none', key: `status.${a.status}`, rank: 3 }
  if (a.state === 'free') return { level: 'ok', key: 'agent.free', rank: 0 }
  return { level: 'warn', key: `agent.${a.state}`, rank: a.state === 'wrapping' ? 1 : 2 }
}

/** Carries a hand-over out; words that could not be delivered stay in the dialog. */
function useGo(kind: HandOverKind, id: number, close: () => void) {
  const { t } = useT()
  const say = useProblemText()
  const [busy, setBusy] = useState(false)
  const go = async (body: ContactHandOver) => {
    if (busy) return
    setBusy(true)
    try {
      if (kind === 'transfer') await api('POST /api/contacts/{id}/transfer', { path: { id }, body })
      else await api('POST /api/contacts/{id}/consult', { path: { id }, body })
      toast(t(words[kind].done))
      close()
    } catch (e) {
      toast(say(e), { level: 'bad' })
      setBusy(false)
    }
  }
  const dial = async (number: string) => {
    setBusy(true)
    try {
      await outside({ contact_id: id }, kind === 'transfer' ? 'transfer' : 'dial', number)
      close()
    } catch (e) {
      toast(say(e), { level: 'bad' })
      setBusy(false)
    }
  }
  return { busy, go, dial }
}

/** Hands a contact over, or asks for advice about it: to a queue, a person, a team or one's leader, always with words for the next one. */
export default function HandOver({ kind, detail, close }: { kind: HandOverKind; detail: ContactDetail; close: () => void }) {
  const { t } = useT()
  const agents = useQuery(agentsQuery)
  const [to, setTo] = useState<To>('person')
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<number>()
  const [text, setText] = useState('')
  const [number, setNumber] = useState('')
  const can = useCan()
  const w = words[kind]
  const calling = detail.contact.channel === 'phone' || detail.contact.channel === 'callback'
  const inside: Inside[] = kind === 'consult' ? ['person', 'team', 'leader'] : ['person', 'queue', 'team', 'leader']
  const targets: To[] = calling && can('calls.out') ? [...inside, 'outside'] : inside
  const able = to === 'outside' ? looksLikeNumber(number) : text.trim() !== '' && (to === 'leader' || chosen !== undefined)
  const body: ContactHandOver = {
    to: to as Inside,
    words: text.trim(),
    agent_id: to === 'person' ? chosen : undefined,
    queue_id: to === 'queue' ? chosen : undefined,
    team_id: to === 'team' ? chosen : undefined,
  }
  const { busy, go, dial } = useGo(kind, detail.contact.id, close)
  const submit = (e: FormEvent | KeyboardEvent) => {
    e.preventDefault()
    if (able) void (to === 'outside' ? dial(bare(number)) : go(body))
  }
  return (
    <Modal opened onClose={close} title={t(w.title)} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <form className={css.handover} onSubmit={submit} onKeyDown={e => e.key === 'Enter' && (e.ctrlKey || e.metaKey) && submit(e)}>
        <SegmentedControl
          fullWidth
          value={to}
          aria-label={t('handover.to')}
          onChange={v => {
            setTo(v as To)
            setChosen(undefined)
          }}
          data={targets.map(v => ({ value: v, label: t(`handover.${v}`) }))}
        />
        {to === 'outside' && (
          <>
            <TextInput
              data-autofocus
              type="tel"
              autoComplete="off"
              label={t('handover.outside_number')}
              leftSection={<Phone size={14} />}
              value={number}
              onChange={e => setNumber(e.currentTarget.value)}
            />
            <p className="sub">{t('handover.outside_text')}</p>
          </>
        )}
        {to !== 'leader' && to !== 'outside' && (
          <>
            <TextInput
              data-autofocus
              placeholder={t(`handover.find_${to}`)}
              aria-label={t(`handover.find_${to}`)}
              leftSection={<Search size={14} />}
              value={query}
              onChange={e => setQuery(e.currentTarget.value)}
            />
            {agents.error ? (
              <ErrorState what={t('handover.failed')} error={agents.error} retry={() => void agents.refetch()} />
            ) : agents.data ? (
              <Choices to={to} agents={agents.data} detail={detail} query={query} chosen={chosen} choose={setChosen} />
            ) : (
              <Loading rows={[2, 2.1, 2.2]} />
            )}
          </>
        )}
        {to === 'leader' && <Leader agents={agents.data ?? []} />}
        {to !== 'outside' && (
          <Textarea
            autosize
            minRows={3}
            maxRows={8}
            maxLength={2000}
            required
            label={t('handover.words')}
            description={t('handover.words_help')}
            value={text}
            onChange={e => setText(e.currentTarget.value)}
          />
        )}
        <div className="actions">
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={!able}>
            {t(w.yes)} <Kbd keys="mod+Enter" />
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function useChoices(to: To, agents: ContactColleague[], detail: ContactDetail): Choice[] {
  const { t } = useT()
  const me = useMe()
  const names = useNames()
  const desk = useDesk()
  if (to === 'queue')
    return names.queues
      .filter(q => q.id !== detail.contact.queue_id)
      .map(q => {
        const calm = desk?.queues.find(x => x.id === q.id)
        const state = calm
          ? calm.open
            ? t('queue.waiting', { n: calm.waiting }) + (calm.waiting ? ` · ${clock(calm.longest_wait_ms)}` : '')
            : t('queue.closed')
          : ''
        return {
          id: q.id,
          name: q.name,
          sub: names.brands.find(b => b.id === q.brand_id)?.name ?? '',
          level: calm?.open === false ? 'none' : 'ok',
          state,
          icon: <Building2 size={18} />,
          rank: 0,
        }
      })
  if (to === 'team')
    return names.teams.map(team => {
      const own = agents.filter(a => a.team_id === team.id && a.id !== me.agent_id)
      const free = own.filter(a => readiness(a).rank === 0).length
      return {
        id: team.id,
        name: team.name,
        sub: '',
        level: free ? 'ok' : 'warn',
        state: t('team.free', { n: free }),
        icon: <Users size={18} />,
        rank: -free,
      }
    })
  return agents
    .filter(a => a.id !== me.agent_id)
    .map(a => {
      const r = readiness(a)
      return {
        id: a.id,
        name: a.name,
        sub: names.teams.find(x => x.id === a.team_id)?.name ?? '',
        level: r.level,
        state: t(r.key),
        icon: <Avatar name={a.name} />,
        off: r.off,
        rank: r.rank,
      }
    })
}

function Choices(p: {
  to: To
  agents: ContactColleague[]
  detail: ContactDetail
  query: string
  chosen?: number
  choose: (id: number) => void
}) {
  const { t } = useT()
  const all = useChoices(p.to, p.agents, p.detail)
  const shown = all.filter(c => fits(`${c.name} ${c.sub}`, p.query)).sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name))
  return (
    <fieldset className={css.choices} tabIndex={shown.every(c => c.off) ? 0 : undefined}>
      <legend className="vh">{t('handover.to')}</legend>
      {shown.length === 0 && <p className="sub">{t('palette.nothing')}</p>}
      {shown.map(c => (
        <label key={c.id} data-off={c.off || undefined}>
          <input type="radio" name="handover" value={c.id} checked={p.chosen === c.id} disabled={c.off} onChange={() => p.choose(c.id)} />
          {c.icon}
          <span className={css.choice}>
            <b>{c.name}</b>
            {c.sub && <span className="sub">{c.sub}</span>}
          </span>
          {c.state && <Status level={c.level === 'warn' ? 'none' : c.level}>{c.state}</Status>}
        </label>
      ))}
    </fieldset>
  )
}

const leaderState = (t: Translate, a: ContactColleague) => t(readiness(a).key)

function Leader({ agents }: { agents: ContactColleague[] }) {
  const { t } = useT()
  const me = useMe()
  const leader = agents.find(a => a.leader && a.team_id === me.team_id)
  return (
    <p className="prose">
      {leader ? t('handover.leader_is', { name: leader.name, state: leaderState(t, leader).toLowerCase() }) : t('handover.leader_text')}
    </p>
  )
}
