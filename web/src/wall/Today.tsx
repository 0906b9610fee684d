import { ChartCard } from '../charts/ChartCard.tsx'
import { LineBand, type Point } from '../charts/LineBand.tsx'
import type { BoardWall } from '../gen/api.gen.ts'
import { timeOfDay } from '../lib/dates.ts'
import { useT } from '../lib/i18n.ts'
import css from './wall.module.css'

const quarter = 900_000

/** Contacts per quarter of an hour today, against what is usual on this weekday when enough weeks are known. */
export function Today({ wall }: { wall: BoardWall }) {
  const { t } = useT()
  const points: Point[] = wall.intervals.map(i => ({
    label: timeOfDay(i.start_ms),
    actual: i.arrived,
    usual: i.typical,
    low: i.typical_low,
    high: i.typical_high,
  }))
  const now = wall.intervals.findIndex(i => wall.now_ms >= i.start_ms && wall.now_ms < i.start_ms + quarter)
  const usual = points.some(p => p.usual !== undefined && p.usual !== null)
  const running = now < 0 ? points.length - 1 : now
  return (
    <ChartCard
      title={t('wall.per_quarter')}
      sub={usual ? t('wall.usual_sub') : t('wall.usual_unknown')}
      legend={
        <ul className="legend" aria-hidden="true">
          <li>
            <i className="k" /> {t('wall.actual')}
          </li>
          {usual && (
            <>
              <li>
                <i className="k f" /> {t('wall.usual')}
              </li>
              <li>
                <i className="k b" /> {t('wall.usual_range')}
              </li>
            </>
          )}
        </ul>
      }
      table={{
        file: 'contacts-today',
        head: [t('wall.time'), t('wall.arrived'), t('wall.answered_head'), t('wall.left_head'), t('wall.in_target'), t('wall.usual')],
        rows: wall.intervals.map(i => [
          timeOfDay(i.start_ms),
          i.arrived,
          i.answered,
          i.abandoned,
          i.in_target,
          i.typical === undefined ? '' : Math.round(i.typical),
        ]),
      }}
    >
      {points.length > 1 ? (
        <LineBand points={points} now={running} title={t('wall.per_quarter')} actualName={t('wall.actual')} usualName={t('wall.usual')} />
      ) : (
        <p className={`sub ${css.early}`}>{t('wall.day_begins')}</p>
      )}
    </ChartCard>
  )
}
