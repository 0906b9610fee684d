import { HeartHandshake, LifeBuoy } from 'lucide-react'
import type { BoardHighlight, BoardWall } from '../gen/api.gen.ts'
import { clock, num } from '../lib/format.ts'
import { type Key, useT } from '../lib/i18n.ts'
import css from './wall.module.css'

/** What goes well beside what needs a hand (S6): neither hides the other. */
export function News({ wall }: { wall: BoardWall }) {
  const { t } = useT()
  const good = wall.highlights.filter(h => h.good).slice(0, 4)
  const bad = wall.highlights.filter(h => !h.good).slice(0, 4)
  return (
    <section className={`card ${css.news}`} aria-label={t('wall.news')}>
      <div>
        <h2>
          <HeartHandshake size={16} aria-hidden="true" /> {t('wall.good')}
        </h2>
        {good.length ? <List lines={good} /> : <p className="sub">{t('wall.good_none')}</p>}
      </div>
      <div>
        <h2>
          <LifeBuoy size={16} aria-hidden="true" /> {t('wall.hand')}
        </h2>
        {bad.length ? <List lines={bad} /> : <p className="sub">{t('wall.hand_none')}</p>}
      </div>
    </section>
  )
}

const words: Record<BoardHighlight['code'], Key> = {
  level_above_goal: 'wall.news.level_above_goal',
  level_below_goal: 'wall.news.level_below_goal',
  no_waiting: 'wall.news.no_waiting',
  longest_wait_over_target: 'wall.news.longest_wait_over_target',
  oks_high: 'wall.news.oks_high',
  oks_low: 'wall.news.oks_low',
  solved_high: 'wall.news.solved_high',
  best_hour: 'wall.news.best_hour',
  abandon_high: 'wall.news.abandon_high',
  all_answered: 'wall.news.all_answered',
}

function List({ lines }: { lines: BoardHighlight[] }) {
  const { t, locale } = useT()
  const value = (h: BoardHighlight, v: number) => {
    if (h.code === 'longest_wait_over_target') return clock(v)
    if (h.code.startsWith('level') || h.code === 'solved_high' || h.code === 'abandon_high') return `${num(locale, Math.round(v))} %`
    return num(locale, Math.round(v))
  }
  return (
    <ul>
      {lines.map(h => (
        <li key={h.code + (h.queue_id ?? 0)}>
          {t(words[h.code], { name: h.name || t('wall.everywhere'), value: value(h, h.value), goal: value(h, h.goal ?? 0) })}
        </li>
      ))}
    </ul>
  )
}
