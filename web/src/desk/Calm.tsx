import { Popover } from '@mantine/core'
import { ChevronUp } from 'lucide-react'
import type { ContactQueueCalm } from '../gen/api.gen.ts'
import { clock, permille } from '../lib/format.ts'
import { useT } from '../lib/i18n.ts'
import { levelStatus, Status } from '../ui/Status.tsx'
import css from './desk.module.css'

/** The queues in one calm sentence; the figures are behind it for those who ask. Nothing here blinks: that it is under control is the message. */
export function Calm({ queues }: { queues: ContactQueueCalm[] }) {
  const { t, locale } = useT()
  const waiting = queues.reduce((n, q) => n + q.waiting, 0)
  const longest = Math.max(0, ...queues.map(q => q.longest_wait_ms))
  const judged = queues.filter(q => q.service_level_permille >= 0)
  const behind = judged.filter(q => levelStatus(q.service_level_permille, q.goal_permille) !== 'ok').length
  if (!queues.length) return null
  return (
    <Popover position="top-start" width={320}>
      <Popover.Target>
        <button type="button" className={css.calm}>
          <Status level={behind ? 'none' : 'ok'}>{behind ? t('calm.behind', { n: behind }) : t('calm.ok')}</Status>
          <span className="sub num">{waiting ? t('calm.waiting', { n: waiting, time: clock(longest) }) : t('calm.nobody')}</span>
          <ChevronUp size={14} aria-hidden="true" />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <table className={css.calmTable}>
          <caption className="vh">{t('calm.title')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('wall.queue')}</th>
              <th scope="col">{t('wall.waiting')}</th>
              <th scope="col">{t('wall.longest')}</th>
              <th scope="col">{t('wall.level')}</th>
            </tr>
          </thead>
          <tbody>
            {queues.map(q => (
              <tr key={q.id}>
                <th scope="row">{q.name}</th>
                <td className="num">{q.open ? q.waiting : t('queue.closed')}</td>
                <td className="num">{q.waiting ? clock(q.longest_wait_ms) : '–'}</td>
                <td className="num">
                  <Status level={levelStatus(q.service_level_permille, q.goal_permille)}>
                    {permille(locale, q.service_level_permille)}
                  </Status>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Popover.Dropdown>
    </Popover>
  )
}
