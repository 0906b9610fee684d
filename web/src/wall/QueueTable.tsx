import { TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { BoardQueue } from '../gen/api.gen.ts'
import { clock, num, permille } from '../lib/format.ts'
import { type Key, useT } from '../lib/i18n.ts'
import { type Channel, ChannelIcon } from '../ui/channels.tsx'
import { levelStatus, Status } from '../ui/Status.tsx'
import css from './wall.module.css'

type Column = {
  key: string
  label: Key
  value: (q: BoardQueue) => number | string
  text: (q: BoardQueue) => React.ReactNode
  wide?: boolean
}

/** Worst first: the level furthest under its goal, then the longest wait. A queue that nobody has come to yet is last. */
const trouble = (q: BoardQueue) =>
  (q.level.permille < 0 ? -1e6 : q.level.goal_permille - q.level.permille) + (q.waiting > 0 ? q.longest_wait_ms / 1000 : 0)

/** How often the rows may change places, in milliseconds; never under the pointer or the focus. */
const settle = 5000

/** Every queue of the page. */
export function QueueTable({ queues }: { queues: BoardQueue[] }) {
  const { t, locale } = useT()
  const [words, setWords] = useState('')
  const [sort, setSort] = useState<{ key: string; down: boolean }>({ key: 'trouble', down: true })
  const columns = useMemo<Column[]>(
    () => [
      { key: 'waiting', label: 'wall.waiting', value: q => q.waiting, text: q => num(locale, q.waiting) },
      {
        key: 'longest',
        label: 'wall.longest_short',
        value: q => q.longest_wait_ms,
        text: q => (q.waiting ? clock(q.longest_wait_ms) : '–'),
      },
      { key: 'level', label: 'wall.level', value: q => q.level.permille, text: q => <Level q={q} /> },
      {
        key: 'speed',
        label: 'wall.speed_short',
        value: q => q.average_speed_of_answer_ms,
        text: q => (q.answered_today ? clock(q.average_speed_of_answer_ms) : '–'),
        wide: true,
      },
      {
        key: 'handle',
        label: 'wall.handling',
        value: q => q.average_handling_ms,
        text: q => (q.average_handling_ms ? clock(q.average_handling_ms) : '–'),
        wide: true,
      },
      { key: 'contacts', label: 'wall.contacts_short', value: q => q.contacts_today, text: q => num(locale, q.contacts_today), wide: true },
      { key: 'left', label: 'wall.left_head', value: q => q.abandoned_today, text: q => num(locale, q.abandoned_today), wide: true },
      {
        key: 'free',
        label: 'wall.free',
        value: q => q.agents_free,
        text: q => `${num(locale, q.agents_free)} / ${num(locale, q.agents_signed_in)}`,
        wide: true,
      },
      {
        key: 'oks',
        label: 'wall.oks_short',
        value: q => q.oks.mean ?? -1,
        text: q => (q.oks.mean === undefined ? '–' : `${num(locale, Math.round(q.oks.mean))} (${q.oks.n})`),
        wide: true,
      },
    ],
    [locale],
  )
  const rows = useSettled(queues, sort, columns)
  const seen = rows.filter(q => q.name.toLocaleLowerCase(locale).includes(words.toLocaleLowerCase(locale)))
  const head = (c: { key: string; label: Key; wide?: boolean }) => (
    <th
      key={c.key}
      scope="col"
      className={c.wide ? css.wide : undefined}
      aria-sort={sort.key === c.key ? (sort.down ? 'descending' : 'ascending') : undefined}
    >
      <button
        type="button"
        onClick={() => setSort(s => ({ key: c.key, down: s.key === c.key ? !s.down : c.key !== 'name' && c.key !== 'level' }))}
      >
        {t(c.label)}
        <span aria-hidden="true">{sort.key === c.key ? (sort.down ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  )
  return (
    <section className={`card ${css.queues}`} aria-label={t('wall.queues')}>
      <header>
        <h2>{t('wall.queues')}</h2>
        <span className="sub">{t('wall.queues_sub', { n: queues.length })}</span>
        <span className="grow" />
        <TextInput
          className={css.tools}
          size="xs"
          leftSection={<Search size={14} aria-hidden="true" />}
          aria-label={t('wall.search')}
          placeholder={t('wall.search')}
          value={words}
          onChange={e => setWords(e.currentTarget.value)}
        />
      </header>
      <div className={css.scroll}>
        <table className={css.table}>
          <thead>
            <tr>
              {head({ key: 'name', label: 'wall.queue' })}
              {columns.map(head)}
            </tr>
          </thead>
          <tbody>
            {seen.map(q => (
              <tr key={q.id}>
                <th scope="row">
                  <span className={css.name}>{q.name}</span>
                  {!q.open && <span className="sub"> {t('wall.closed')}</span>}
                  <span className={css.channels}>
                    {q.channels.slice(0, 3).map(c => (
                      <ChannelIcon key={c} channel={c as Channel} size={14} />
                    ))}
                  </span>
                </th>
                {columns.map(c => (
                  <td key={c.key} className={`num${c.wide ? ` ${css.wide}` : ''}`}>
                    {c.text(q)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {seen.length === 0 && <p className={`sub ${css.early}`}>{t('wall.no_queues')}</p>}
      </div>
    </section>
  )
}

function Level({ q }: { q: BoardQueue }) {
  const { locale } = useT()
  const s = levelStatus(q.level.permille, q.level.goal_permille)
  return s === 'none' ? '–' : <Status level={s}>{permille(locale, q.level.permille)}</Status>
}

/** The queues in order; figures change at once, places at most every few seconds. */
function useSettled(queues: BoardQueue[], sort: { key: string; down: boolean }, columns: Column[]): BoardQueue[] {
  const order = useRef<number[]>([])
  const at = useRef(0)
  const kind = useRef('')
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick(n => n + 1), settle)
    return () => clearInterval(timer)
  }, [])
  const key = `${sort.key}${sort.down}${queues.length}`
  const busy = typeof document !== 'undefined' && document.querySelector(`.${css.table} tbody:hover, .${css.table} tbody :focus`) !== null
  if (kind.current !== key || (Date.now() - at.current >= settle && !busy)) {
    kind.current = key
    at.current = Date.now()
    const column = columns.find(c => c.key === sort.key)
    const value = (q: BoardQueue) => (sort.key === 'trouble' ? trouble(q) : sort.key === 'name' ? q.name : (column?.value(q) ?? 0))
    order.current = queues
      .slice()
      .sort((a, b) => {
        const x = value(a)
        const y = value(b)
        const by = typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y)
        return (sort.down ? -by : by) || a.id - b.id
      })
      .map(q => q.id)
  }
  const byID = new Map(queues.map(q => [q.id, q]))
  return order.current.flatMap(id => byID.get(id) ?? [])
}
