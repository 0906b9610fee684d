import { ActionIcon, Select, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Maximize, Minimize } from 'lucide-react'
import { useMemo } from 'react'
import { useUrl } from '../app/router.tsx'
import { FaceHead } from '../app/Shell.tsx'
import { useShortcut } from '../app/shortcuts.ts'
import type { BoardWall } from '../gen/api.gen.ts'
import { longDate, timeOfDay } from '../lib/dates.ts'
import { span } from '../lib/format.ts'
import { type Key, useT } from '../lib/i18n.ts'
import { useNow } from '../lib/now.ts'
import { Live } from '../ui/Live.tsx'
import { ErrorState, Loading } from '../ui/States.tsx'
import { Figures } from './Figures.tsx'
import { News } from './News.tsx'
import { QueueTable } from './QueueTable.tsx'
import { type Filter, type Formula, formulas, pagesQuery, useWall } from './queries.ts'
import { Today } from './Today.tsx'
import css from './wall.module.css'
import { useWallMode } from './wallmode.ts'

/** After so long without contact the figures are greyed: they may be wrong by now. */
const staleMS = 30_000

/** The wall: control of the queues at one glance. */
export default function Wall() {
  const { t } = useT()
  const [url, go] = useUrl()
  const [page, id] = (url.page ?? '').split('-')
  const formula = formulas.includes(url.formula as Formula) ? (url.formula as Formula) : 'queue'
  const filter = useMemo<Filter>(() => {
    const f: Filter = { formula }
    if (page === 'team') f.team_id = Number(id)
    if (page === 'brand') f.brand_id = Number(id)
    if (page === 'partner') f.partner_id = Number(id)
    return f
  }, [formula, page, id])
  const { data: wall, error, refetch, link } = useWall(filter)
  const [full, toggle] = useWallMode()
  useShortcut({ keys: 'f', label: full ? 'wall.shrink' : 'wall.full', group: 'keys.group_wall', run: toggle })
  const lost = link.link === 'lost' && Date.now() - link.at > staleMS
  return (
    <div className={css.wall} data-stale={lost || undefined}>
      <FaceHead
        title={wall?.title || t('face.wall')}
        tools={
          <>
            <Page value={url.page ?? ''} choose={p => go({ page: p || undefined })} />
            <Select
              className={css.tools}
              size="xs"
              w={230}
              aria-label={t('wall.formula')}
              allowDeselect={false}
              value={formula}
              data={formulas.map(f => ({ value: f, label: t(`wall.formula.${f}` as Key) }))}
              onChange={f => go({ formula: f === 'queue' ? undefined : (f ?? undefined) })}
            />
            <Tooltip label={t(full ? 'wall.shrink' : 'wall.full')}>
              <ActionIcon variant="default" size={30} aria-label={t(full ? 'wall.shrink' : 'wall.full')} onClick={toggle}>
                {full ? <Minimize size={16} /> : <Maximize size={16} />}
              </ActionIcon>
            </Tooltip>
          </>
        }
      >
        <Live state={link} />
        <Clock />
      </FaceHead>
      {wall ? (
        <Board wall={wall} />
      ) : error ? (
        <ErrorState what={t('wall.failed')} error={error} retry={() => void refetch()} />
      ) : (
        <Loading rows={[9, 18, 20]} />
      )}
    </div>
  )
}

function Board({ wall }: { wall: BoardWall }) {
  const { t, locale } = useT()
  const f = wall.level
  return (
    <div className="page">
      <Figures wall={wall} />
      <p className={`sub ${css.formula}`}>
        {t('wall.formula_line', {
          formula: t(`wall.formula.${f.formula || 'queue'}` as Key),
          part: f.numerator.toLocaleString(locale === 'en' ? 'en-GB' : 'nb'),
          whole: f.denominator.toLocaleString(locale === 'en' ? 'en-GB' : 'nb'),
          within: f.within_ms > 0 ? span(t, f.within_ms) : t('wall.each_target'),
        })}
      </p>
      <div className={css.middle}>
        <Today wall={wall} />
        <News wall={wall} />
      </div>
      <QueueTable queues={wall.queues} />
    </div>
  )
}

/** Which page of the wall: the organisation, a brand, a team, a partner. */
function Page({ value, choose }: { value: string; choose: (page: string) => void }) {
  const { t } = useT()
  const pages = useQuery(pagesQuery).data ?? []
  if (pages.length < 2) return null
  const groups = (['organisation', 'brand', 'team', 'partner'] as const).map(kind => ({
    group: t(`wall.page.${kind}`),
    items: pages.filter(p => p.kind === kind).map(p => ({ value: kind === 'organisation' ? '' : `${kind}-${p.id}`, label: p.name })),
  }))
  return (
    <Select
      className={css.tools}
      size="xs"
      w={190}
      aria-label={t('wall.page')}
      allowDeselect={false}
      value={value}
      data={groups.filter(g => g.items.length)}
      onChange={p => choose(p ?? '')}
    />
  )
}

function Clock() {
  const { locale } = useT()
  const now = useNow()
  return (
    <time className={`num ${css.clock}`}>
      <span>{longDate(locale, now)}</span> {timeOfDay(now)}
    </time>
  )
}
