import { Button } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { History, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import type { ConfigDifference, RulebookChange } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { date, timeOfDay } from '../lib/dates.ts'
import { useT } from '../lib/i18n.ts'
import { Empty, ErrorState, Loading, useProblemText } from '../ui/States.tsx'
import css from './admin.module.css'
import { useRefresh } from './queries.ts'
import { SearchField } from './Search.tsx'
import { inSentence } from './words.ts'

const pageSize = 30

/** Who changed what and when, newest first; each change can be taken back as long as nothing has changed the same since. */
export function Changes() {
  const { t } = useT()
  const [find, setFind] = useState('')
  const pages = useInfiniteQuery({
    queryKey: ['config-changes'],
    queryFn: ({ pageParam }) => api('GET /api/config/changes', { query: { before: pageParam || undefined, limit: pageSize } }),
    initialPageParam: 0,
    getNextPageParam: last => (last.length === pageSize ? last.at(-1)?.version : undefined),
  })
  if (pages.isPending) return <Loading rows={[4, 4, 4]} />
  if (pages.error && !pages.data)
    return <ErrorState what={t('admin.changes.failed')} error={pages.error} retry={() => void pages.refetch()} />
  const all = pages.data?.pages.flat() ?? []
  const words = find.toLowerCase()
  const hits = all.filter(c =>
    `${c.version} ${c.who} ${c.note ?? ''} ${c.lines.map(l => `${l.where} ${l.old ?? ''} ${l.new ?? ''}`).join(' ')}`
      .toLowerCase()
      .includes(words),
  )
  const undone = new Set(all.map(c => c.undoes).filter(Boolean))
  return (
    <div className={css.editor}>
      <SearchField label={t('admin.search', { what: inSentence(t('admin.s.changes')) })} value={find} set={setFind} count={hits.length} />
      {!hits.length && <Empty icon={History} title={find ? t('admin.no_hits', { query: find }) : t('admin.changes.none')} />}
      <ol className={css.log}>
        {hits.map(c => (
          <Change key={c.version} change={c} undone={undone.has(c.version)} />
        ))}
      </ol>
      {pages.hasNextPage && (
        <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('admin.older')}
        </Button>
      )}
    </div>
  )
}

function Change({ change: c, undone }: { change: RulebookChange; undone: boolean }) {
  const { t, locale } = useT()
  const can = useCan()
  const say = useProblemText()
  const refresh = useRefresh()
  const undo = useMutation({
    mutationFn: () => api('POST /api/config/undo', { body: { version: c.version } }),
    onSuccess: async () => {
      toast(t('admin.changes.undone', { n: c.version }))
      await refresh()
    },
    onError: e => toast(say(e), { level: 'bad' }),
  })
  return (
    <li>
      <header>
        <b className="num">{t('admin.changes.version', { n: c.version })}</b>
        <span>{c.who}</span>
        <time className="sub" dateTime={new Date(c.at_ms).toISOString()}>
          {date(locale, c.at_ms)} {timeOfDay(c.at_ms)}
        </time>
        {!!c.undoes && <span className="sub">{t('admin.changes.undoes', { n: c.undoes })}</span>}
        {undone && <span className="sub">{t('admin.changes.is_undone')}</span>}
        <span className="grow" />
        {can('config.write') && c.version > 1 && !undone && (
          <Button
            variant="subtle"
            size="compact-xs"
            loading={undo.isPending}
            leftSection={<Undo2 size={14} aria-hidden="true" />}
            onClick={() => undo.mutate()}
            aria-label={t('admin.changes.undo_n', { n: c.version })}
          >
            {t('undo')}
          </Button>
        )}
      </header>
      {c.note && <p>{c.note}</p>}
      <Differences lines={c.lines} />
    </li>
  )
}

const shownLines = 8

/** What differs, as a file would show it: taken away, put in, or changed. */
export function Differences({ lines }: { lines: ConfigDifference[] }) {
  const { t } = useT()
  const [all, setAll] = useState(false)
  const seen = all ? lines : lines.slice(0, shownLines)
  return (
    <>
      <ul className={css.diff}>
        {seen.map(l => (
          <li key={l.where} data-kind={!l.old ? 'new' : !l.new ? 'gone' : 'changed'}>
            <code>{l.where}</code>
            {l.old && (
              <del>
                <span className="vh">{t('admin.changes.was')} </span>
                {l.old}
              </del>
            )}
            {l.new && (
              <ins>
                <span className="vh">{t('admin.changes.is')} </span>
                {l.new}
              </ins>
            )}
          </li>
        ))}
      </ul>
      {lines.length > seen.length && (
        <Button variant="subtle" size="compact-xs" onClick={() => setAll(true)}>
          {t('admin.show_more', { n: lines.length - seen.length })}
        </Button>
      )}
    </>
  )
}
