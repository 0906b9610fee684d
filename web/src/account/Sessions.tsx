import { Button } from '@mantine/core'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Monitor } from 'lucide-react'
import { api } from '../lib/api.ts'
import { date, timeOfDay } from '../lib/dates.ts'
import { useT } from '../lib/i18n.ts'
import { ErrorState, Loading } from '../ui/States.tsx'
import { Status } from '../ui/Status.tsx'
import css from './account.module.css'
import { browserName } from './browser.ts'
import { Card, Fault } from './Card.tsx'

const sessionsQuery = queryOptions({ queryKey: ['sessions'], queryFn: () => api('GET /api/me/sessions'), staleTime: 0 })

/** Where one is signed in, and the end of it elsewhere. */
export function Sessions() {
  const { t, locale } = useT()
  const client = useQueryClient()
  const list = useQuery(sessionsQuery)
  const refresh = () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey })
  const end = useMutation({ mutationFn: (id: string) => api('DELETE /api/me/sessions/{id}', { path: { id } }), onSettled: refresh })
  const others = (list.data ?? []).filter(s => !s.here)
  const endAll = useMutation({
    mutationFn: () => Promise.all(others.map(s => api('DELETE /api/me/sessions/{id}', { path: { id: s.id } }))),
    onSettled: refresh,
  })
  return (
    <Card title={t('account.sessions')} text={t('account.sessions.text')}>
      {list.isPending && <Loading rows={[2, 2]} />}
      {list.error && <ErrorState what={t('account.sessions.failed')} error={list.error} retry={() => void list.refetch()} />}
      <ul className={css.list}>
        {list.data?.map(s => (
          <li key={s.id}>
            <Monitor size={16} aria-hidden="true" />
            <span>
              <b>{browserName(s.browser) || t('account.sessions.unknown')}</b>
              <small className="sub">
                {t('account.sessions.seen', {
                  since: date(locale, s.since_ms),
                  seen: `${date(locale, s.seen_ms)} ${timeOfDay(s.seen_ms)}`,
                })}
              </small>
            </span>
            {s.here ? (
              <Status level="ok">{t('account.sessions.here')}</Status>
            ) : (
              <Button
                variant="default"
                aria-label={t('account.sessions.end_named', { name: browserName(s.browser) })}
                onClick={() => end.mutate(s.id)}
              >
                {t('sign_out')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Fault error={end.error ?? endAll.error} />
      {others.length > 1 && (
        <div>
          <Button variant="default" loading={endAll.isPending} onClick={() => endAll.mutate()}>
            {t('account.sessions.end_all', { n: others.length })}
          </Button>
        </div>
      )}
    </Card>
  )
}
