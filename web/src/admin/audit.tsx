import { Button } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../app/session.ts'
import type { ConfigPerson } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { date, timeWithSeconds } from '../lib/dates.ts'
import { type Key, type Translate, useT } from '../lib/i18n.ts'
import { Empty, ErrorState, Loading } from '../ui/States.tsx'
import { Status } from '../ui/Status.tsx'
import css from './admin.module.css'
import { configQuery } from './queries.ts'
import { SearchField } from './Search.tsx'
import { inSentence } from './words.ts'

const pageSize = 100

/** What a line tells, in words; one that has none yet stands as the log has it. */
function whatOf(t: Translate, what: string): string {
  const key = `admin.audit.w.${what}`
  const text = t(key as Key)
  return text === key ? what : text
}

/** What it was done to: a person by name where the reader may know it, else the kind and the number. */
function objectOf(t: Translate, object: string, people: ConfigPerson[]): string {
  const [kind = '', id] = object.split(' ')
  const person = (kind === 'person' || kind === 'agent') && people.find(p => p.id === Number(id))
  if (person) return person.name
  const key = `admin.audit.o.${kind}`
  const text = t(key as Key)
  return text === key ? object : `${text} ${id ?? ''}`
}

/** Who did what to which object; each line is chained to the one before, and the chain is proven as it is read. */
export function Audit() {
  const { t, locale } = useT()
  const can = useCan()
  const people = useQuery({ ...configQuery, enabled: can('config.read') }).data?.document.people ?? []
  const [find, setFind] = useState('')
  const pages = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) => api('GET /api/audit', { query: { before: pageParam || undefined, limit: pageSize } }),
    initialPageParam: 0,
    getNextPageParam: last => (last.more ? last.lines.at(-1)?.id : undefined),
    staleTime: 0,
  })
  if (pages.isPending) return <Loading rows={[3, 20]} />
  if (pages.error && !pages.data)
    return <ErrorState what={t('admin.audit.failed')} error={pages.error} retry={() => void pages.refetch()} />
  const all = pages.data?.pages.flatMap(p => p.lines) ?? []
  const whole = pages.data?.pages.every(p => p.whole) ?? true
  const words = find.toLowerCase()
  const shown = all.map(l => ({ ...l, told: whatOf(t, l.what), about: l.object ? objectOf(t, l.object, people) : '' }))
  const hits = shown.filter(l =>
    `${l.who} ${l.told} ${l.what} ${l.about} ${l.object ?? ''} ${l.detail ?? ''}`.toLowerCase().includes(words),
  )
  return (
    <div className={css.editor}>
      <SearchField label={t('admin.search', { what: inSentence(t('admin.s.audit')) })} value={find} set={setFind} count={hits.length} />
      {pages.data?.pages[0]?.part && <p className="sub">{t('admin.audit.part')}</p>}
      <p>
        <Status level={whole ? 'ok' : 'bad'}>{t(whole ? 'admin.audit.whole' : 'admin.audit.broken')}</Status>
      </p>
      {!hits.length && <Empty icon={ScrollText} title={find ? t('admin.no_hits', { query: find }) : t('admin.audit.none')} />}
      {hits.length > 0 && (
        <div className={css.tablebox}>
          <table className={css.table}>
            <caption className="vh">{t('admin.s.audit')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('admin.audit.when')}</th>
                <th scope="col">{t('admin.audit.who')}</th>
                <th scope="col">{t('admin.audit.what')}</th>
                <th scope="col">{t('admin.audit.object')}</th>
                <th scope="col" className="hide-s">
                  {t('admin.audit.detail')}
                </th>
              </tr>
            </thead>
            <tbody>
              {hits.map(l => (
                <tr key={l.id}>
                  <td className="num">
                    {date(locale, l.at_ms)} {timeWithSeconds(l.at_ms)}
                  </td>
                  <td>{l.who || t('admin.audit.system')}</td>
                  <td title={l.what}>{l.told}</td>
                  <td>{l.about}</td>
                  <td className="hide-s">{l.detail}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {pages.hasNextPage && (
        <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('admin.older')}
        </Button>
      )}
    </div>
  )
}
