import { Button } from '@mantine/core'
import { queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, KeyRound, Plus, RotateCcw, Trash2, Webhook } from 'lucide-react'
import { useState } from 'react'
import { useUrl } from '../app/router.tsx'
import { toast } from '../app/toasts.tsx'
import type { WebhookDelivery, WebhookHook, WebhookSecret } from '../gen/api.gen.ts'
import { api, asProblem } from '../lib/api.ts'
import { date, timeOfDay, timeWithSeconds } from '../lib/dates.ts'
import { useT } from '../lib/i18n.ts'
import { Empty, ErrorState, Loading, useProblemText } from '../ui/States.tsx'
import { type Level, Status } from '../ui/Status.tsx'
import css from './admin.module.css'
import { faultsOf } from './faults.ts'
import { ChipsField, Part, TextField } from './fields.tsx'
import { Once } from './keys.tsx'
import { SearchField } from './Search.tsx'
import { inSentence } from './words.ts'

const hooksQuery = queryOptions({ queryKey: ['webhooks'], queryFn: () => api('GET /api/webhooks') })
const kinds = [
  'contact.arrived',
  'contact.placed',
  'contact.offered',
  'contact.answered',
  'contact.ended',
  'contact.abandoned',
  'contact.wrapped_up',
  'survey.answered',
  'agent.changed',
] as const

/** Where the centre tells other systems what happens, signed; each with what was sent and what could not be. */
export function Webhooks() {
  const { t } = useT()
  const [url, go] = useUrl()
  const list = useQuery(hooksQuery)
  const [find, setFind] = useState('')
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<WebhookSecret>()
  if (list.isPending) return <Loading rows={[3, 12]} />
  if (list.error) return <ErrorState what={t('admin.hooks.failed')} error={list.error} retry={() => void list.refetch()} />
  const open = list.data.find(h => String(h.id) === url.id)
  if (open) return <One hook={open} />
  const hits = list.data.filter(h => `${h.url} ${h.kinds.join(' ')}`.toLowerCase().includes(find.toLowerCase()))
  const add = (
    <Button leftSection={<Plus size={14} aria-hidden="true" />} onClick={() => setMaking(true)}>
      {t('admin.hooks.new')}
    </Button>
  )
  return (
    <div className={css.editor}>
      <div className={css.head}>
        <SearchField
          label={t('admin.search', { what: inSentence(t('admin.s.webhooks')) })}
          value={find}
          set={setFind}
          count={hits.length}
        />
        {list.data.length > 0 && !making && add}
      </div>
      {made && <Once title={t('admin.hooks.once')} secret={made.secret} done={() => setMade(undefined)} />}
      {making && (
        <NewHook
          done={h => {
            setMaking(false)
            setMade(h)
          }}
        />
      )}
      {!list.data.length && !making && <Empty icon={Webhook} title={t('admin.hooks.none')} text={t('admin.hooks.text')} action={add} />}
      {hits.length > 0 && (
        <div className={css.tablebox}>
          <table className={css.table}>
            <caption className="vh">{t('admin.s.webhooks')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('admin.hooks.url')}</th>
                <th scope="col" className="hide-s">
                  {t('admin.hooks.kinds')}
                </th>
                <th scope="col">{t('admin.people.state')}</th>
              </tr>
            </thead>
            <tbody>
              {hits.map(h => (
                <tr key={h.id}>
                  <th scope="row">
                    <button type="button" className={css.open} onClick={() => go({ id: String(h.id) })}>
                      {h.url}
                    </button>
                  </th>
                  <td className="hide-s">{h.kinds.length ? h.kinds.join(', ') : t('admin.hooks.all')}</td>
                  <td>
                    <HookState hook={h} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}

function HookState({ hook }: { hook: WebhookHook }) {
  const { t } = useT()
  if (!hook.active) return <Status level="bad">{t('admin.hooks.stopped')}</Status>
  return hook.failures_in_a_row ? (
    <Status level="warn">{t('admin.hooks.failing', { n: hook.failures_in_a_row })}</Status>
  ) : (
    <Status level="ok">{t('admin.hooks.fine')}</Status>
  )
}

function NewHook({ done }: { done: (h: WebhookSecret | undefined) => void }) {
  const { t } = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [url, setUrl] = useState('https://')
  const [chosen, setChosen] = useState<string[]>([])
  const make = useMutation({
    mutationFn: () => api('POST /api/webhooks', { body: { url, kinds: chosen } }),
    onSuccess: async h => {
      await client.invalidateQueries({ queryKey: hooksQuery.queryKey })
      done(h)
    },
  })
  const { faults } = faultsOf(make.error ? asProblem(make.error).errors : [], '')
  return (
    <form
      onSubmit={e => {
        e.preventDefault()
        make.mutate()
      }}
    >
      <Part title={t('admin.hooks.new')} text={t('admin.hooks.text')}>
        <TextField label={t('admin.hooks.url')} type="url" value={url} set={setUrl} max={500} fault={faults.get('url')} required />
        <ChipsField
          label={t('admin.hooks.kinds')}
          value={chosen}
          set={setChosen}
          choices={kinds.map(k => ({ value: k, label: t(`admin.hooks.kind.${k}`) }))}
          empty={t('admin.hooks.all')}
          fault={faults.get('kinds')}
        />
        {make.error && (
          <p className={css.fault} role="alert">
            {say(make.error)}
          </p>
        )}
        <div className={css.rowbuttons}>
          <Button type="submit" loading={make.isPending}>
            {t('admin.hooks.make')}
          </Button>
          <Button variant="default" onClick={() => done(undefined)}>
            {t('cancel')}
          </Button>
        </div>
      </Part>
    </form>
  )
}

/** A subscription that was stopped because its receiver took nothing for long, and the way to set it going again. */
function Stopped({ hook }: { hook: WebhookHook }) {
  const { t, locale } = useT()
  const client = useQueryClient()
  const say = useProblemText()
  const start = useMutation({
    mutationFn: () => api('POST /api/webhooks/{id}/start', { path: { id: hook.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: hooksQuery.queryKey }),
    onError: e => toast(say(e), { level: 'bad' }),
  })
  return (
    <div className={css.notice} data-bad role="status">
      <div>
        <b>{t('admin.hooks.stopped_since', { date: date(locale, hook.stopped_at_ms ?? 0), url: hook.url })}</b>
        <p>{t('admin.hooks.stopped_text')}</p>
        <Button variant="default" loading={start.isPending} onClick={() => start.mutate()}>
          {t('admin.hooks.start')}
        </Button>
      </div>
    </div>
  )
}

/** What stands above every place of the administration while a subscription is stopped: somebody must look. */
export function StoppedHooks() {
  const list = useQuery({ ...hooksQuery, refetchInterval: 60_000 })
  return list.data?.filter(h => !h.active).map(h => <Stopped key={h.id} hook={h} />)
}

const pageSize = 50
const levels: Record<WebhookDelivery['state'], Level> = { done: 'ok', waiting: 'warn', dead: 'bad' }

function One({ hook }: { hook: WebhookHook }) {
  const { t, locale } = useT()
  const [, go] = useUrl()
  const client = useQueryClient()
  const say = useProblemText()
  const onError = (e: unknown) => toast(say(e), { level: 'bad' })
  const pages = useInfiniteQuery({
    queryKey: ['webhooks', hook.id, 'deliveries'],
    queryFn: ({ pageParam }) =>
      api('GET /api/webhooks/{id}/deliveries', { path: { id: hook.id }, query: { before: pageParam || undefined, limit: pageSize } }),
    initialPageParam: 0,
    getNextPageParam: last => (last.length === pageSize ? last.at(-1)?.id : undefined),
    refetchInterval: 10_000,
  })
  const retry = useMutation({
    mutationFn: (delivery: number) => api('POST /api/webhooks/{id}/deliveries/{delivery}/retry', { path: { id: hook.id, delivery } }),
    onSuccess: () => pages.refetch(),
    onError,
  })
  const remove = useMutation({
    mutationFn: () => api('DELETE /api/webhooks/{id}', { path: { id: hook.id } }),
    onSuccess: async () => {
      go({ id: undefined })
      await client.invalidateQueries({ queryKey: hooksQuery.queryKey })
    },
    onError,
  })
  const again = () => client.invalidateQueries({ queryKey: hooksQuery.queryKey })
  const turn = useMutation({
    mutationFn: () => api('POST /api/webhooks/{id}/secret', { path: { id: hook.id } }),
    onSuccess: again,
    onError,
  })
  const all = pages.data?.pages.flat() ?? []
  return (
    <div className={css.editor}>
      <div className={css.crumb}>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<ArrowLeft size={14} aria-hidden="true" />}
          onClick={() => go({ id: undefined })}
        >
          {t('admin.s.webhooks')}
        </Button>
        <h2>{hook.url}</h2>
        <HookState hook={hook} />
        <span className="grow" />
        <Button
          variant="default"
          leftSection={<KeyRound size={14} aria-hidden="true" />}
          loading={turn.isPending}
          onClick={() => turn.mutate()}
        >
          {t('admin.hooks.turn')}
        </Button>
        <Button
          variant="default"
          leftSection={<Trash2 size={14} aria-hidden="true" />}
          loading={remove.isPending}
          onClick={() => remove.mutate()}
        >
          {t('admin.remove')}
        </Button>
      </div>
      {!hook.active && <Stopped hook={hook} />}
      {turn.data && <Once title={t('admin.hooks.turned')} secret={turn.data.secret} done={() => turn.reset()} />}
      {(hook.old_secret_until_ms ?? 0) > Date.now() && (
        <p className="sub">
          {t('admin.hooks.old_until', {
            date: `${date(locale, hook.old_secret_until_ms ?? 0)} ${timeOfDay(hook.old_secret_until_ms ?? 0)}`,
          })}
        </p>
      )}
      <p className="sub">
        {t('admin.hooks.since', { date: date(locale, hook.created_at_ms) })}{' '}
        {hook.kinds.length ? hook.kinds.join(', ') : t('admin.hooks.all')}
      </p>
      {pages.isPending && <Loading rows={[12]} />}
      {pages.error && !pages.data && <ErrorState what={t('admin.hooks.failed')} error={pages.error} retry={() => void pages.refetch()} />}
      {pages.data && !all.length && <Empty icon={Webhook} title={t('admin.hooks.nothing_sent')} />}
      {all.length > 0 && (
        <div className={css.tablebox}>
          <table className={css.table}>
            <caption>{t('admin.hooks.deliveries')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('admin.audit.when')}</th>
                <th scope="col">{t('admin.hooks.kinds')}</th>
                <th scope="col">{t('admin.people.state')}</th>
                <th scope="col" className="hide-s">
                  {t('admin.hooks.attempts')}
                </th>
                <th scope="col" className="hide-s">
                  {t('admin.hooks.answer')}
                </th>
                <th scope="col">
                  <span className="vh">{t('retry')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {all.map(d => (
                <tr key={d.id}>
                  <td className="num">
                    {date(locale, d.at_ms)} {timeWithSeconds(d.at_ms)}
                  </td>
                  <td>
                    <code>{d.kind}</code>
                  </td>
                  <td>
                    <Status level={levels[d.state]}>{t(`admin.hooks.state.${d.state}`)}</Status>
                  </td>
                  <td className="hide-s num">{d.attempts}</td>
                  <td className="hide-s">
                    {d.last_status || ''} {d.last_error}{' '}
                    {d.state === 'waiting' && d.next_at_ms ? t('admin.hooks.next', { time: timeOfDay(d.next_at_ms) }) : ''}
                  </td>
                  <td>
                    {d.state !== 'done' && (
                      <Button
                        variant="subtle"
                        size="compact-xs"
                        leftSection={<RotateCcw size={13} aria-hidden="true" />}
                        onClick={() => retry.mutate(d.id)}
                        aria-label={t('admin.hooks.retry_n', { n: d.id })}
                      >
                        {t('retry')}
                      </Button>
                    )}
                  </td>
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
