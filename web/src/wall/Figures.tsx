import { DotInterval } from '../charts/DotInterval.tsx'
import { StackedShare } from '../charts/StackedShare.tsx'
import type { BoardAnswered, BoardWall } from '../gen/api.gen.ts'
import { clock, num, permille } from '../lib/format.ts'
import { useT } from '../lib/i18n.ts'
import { GoalBar, Kpi } from '../ui/Kpi.tsx'
import { levelStatus, Status, waitStatus } from '../ui/Status.tsx'
import css from './wall.module.css'

/** The first glance: six figures, each beside what it is measured against. */
export function Figures({ wall }: { wall: BoardWall }) {
  const { t, locale } = useT()
  const level = levelStatus(wall.level.permille, wall.level.goal_permille)
  const wait = waitStatus(wall.longest_wait_ms, wall.longest_wait_target_ms)
  const goal = permille(locale, wall.level.goal_permille)
  return (
    <dl className={`kpis ${css.figures}`}>
      <Kpi
        label={t('wall.level')}
        value={permille(locale, wall.level.permille)}
        level={level}
        foot={
          <>
            {level === 'none' ? t('wall.level_none') : <Status level={level}>{t(level === 'ok' ? 'wall.within' : 'wall.below')}</Status>}
            <span>{t('wall.goal', { goal })}</span>
          </>
        }
      >
        <GoalBar
          share={Math.max(0, wall.level.permille) / 1000}
          goal={wall.level.goal_permille / 1000}
          label={t('wall.level_against', { level: permille(locale, wall.level.permille), goal })}
        />
      </Kpi>
      <Kpi
        label={t('wall.waiting')}
        value={num(locale, wall.waiting)}
        foot={
          wall.waiting === 0 ? (
            <Status level="ok">{t('wall.nobody')}</Status>
          ) : (
            t('wall.of_queues', { n: wall.queues.filter(q => q.waiting > 0).length })
          )
        }
      />
      <Kpi
        label={t('wall.longest')}
        value={clock(wall.longest_wait_ms)}
        level={wait}
        foot={
          <>
            {wall.waiting > 0 && <Status level={wait}>{t(wait === 'ok' ? 'wall.within' : 'wall.over')}</Status>}
            {wall.longest_wait_target_ms > 0 && <span>{t('wall.goal', { goal: clock(wall.longest_wait_target_ms) })}</span>}
          </>
        }
      />
      <Kpi
        label={t('wall.speed')}
        value={wall.handled_today ? clock(wall.average_speed_of_answer_ms) : '–'}
        small
        foot={t('wall.speed_foot')}
      />
      <Agents wall={wall} />
      <Kpi
        label={t('wall.contacts')}
        value={num(locale, wall.contacts_today)}
        small
        foot={
          <>
            <span>{t('wall.answered', { n: num(locale, wall.handled_today) })}</span>
            <span aria-hidden="true">·</span>
            <span>{t('wall.left', { n: num(locale, wall.abandoned_today) })}</span>
          </>
        }
      />
      <Survey label={t('wall.oks')} a={wall.oks} />
      <Survey label={t('wall.solved')} a={wall.solved} share />
    </dl>
  )
}

/** Who is there, by what they are doing: never by name. */
function Agents({ wall }: { wall: BoardWall }) {
  const { t } = useT()
  const a = wall.agents
  return (
    <Kpi label={t('wall.agents')} wide>
      <StackedShare
        label={t('wall.agents')}
        parts={[
          { key: 'free', label: t('wall.state.free'), count: a.free, colour: 'var(--c2)' },
          { key: 'talking', label: t('wall.state.talking'), count: a.talking + a.ringing, colour: 'var(--c1)' },
          { key: 'wrapping', label: t('wall.state.wrapping'), count: a.wrapping, colour: 'var(--c3)' },
          { key: 'paused', label: t('wall.state.paused'), count: a.paused, colour: 'var(--c5)' },
          { key: 'away', label: t('wall.state.away'), count: a.away + a.lost, colour: 'var(--c4)' },
        ]}
      />
    </Kpi>
  )
}

/** What the customers answered today, with its uncertainty: grey and without an interval while few have answered. */
function Survey({ label, a, share }: { label: string; a: BoardAnswered; share?: boolean }) {
  const { t, locale } = useT()
  const few = a.n < 30
  const show = (x: number) => (share ? `${num(locale, Math.round(x))} %` : num(locale, Math.round(x)))
  const known = a.mean !== undefined && a.n > 0
  const interval =
    known && a.low !== undefined && a.high !== undefined
      ? t('wall.interval', { low: num(locale, Math.round(a.low)), high: show(a.high) })
      : ''
  return (
    <Kpi
      label={label}
      value={known ? show(a.mean ?? 0) : '–'}
      small
      foot={a.n === 0 ? t('wall.no_answers') : <span>{`${t('wall.n', { n: a.n })}${interval ? ` · ${interval}` : ''}`}</span>}
    >
      {known && <DotInterval mean={a.mean ?? 0} low={a.low} high={a.high} few={few} label={`${label} ${show(a.mean ?? 0)}. ${interval}`} />}
    </Kpi>
  )
}
