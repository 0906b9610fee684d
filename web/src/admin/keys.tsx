import { Button, Modal } from '@mantine/core'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Copy, KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { toast } from '../app/toasts.tsx'
import type { AccessGrant, AccessKeySecret, AccessKeyView, ConfigDocument } from '../gen/api.gen.ts'
import { api, asProblem } from '../lib/api.ts'
import { date } from '../lib/dates.ts'
import { useT } from '../lib/i18n.ts'
import { Empty, ErrorState, Loading, useProblemText } from '../ui/States.tsx'
import { Status } from '../ui/Status.tsx'
import css from './admin.module.css'
import { copyText } from './copy.ts'
import { faultsOf } from './faults.ts'
import { NumberField, Part, Row, SelectField, TextField } from './fields.tsx'
import { SearchField } from './Search.tsx'
import { inSentence, roles, scopeEntries, scopes } from './words.ts'

const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: () => api('GET /api/keys') })

/** The keys by which other systems speak to the centre; a key's secret is shown once. */
export function Keys({ document }: { document: ConfigDocument | undefined }) {
  const { t } = useT()
  const list = useQuery(keysQuery)
  const [find, setFind] = useState('')
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<AccessKeySecret>()
  const [leaving, setLeaving] = useState<AccessKeyView>()
  if (list.isPending) return <Loading rows={[3, 12]} />
  if (list.error) return <ErrorState what={t('admin.keys.failed')} error={list.error} retry={() => void list.refetch()} />
  const hits = list.data.filter(k => `${k.name} ${k.prefix}`.toLowerCase().includes(find.toLowerCase()))
  const add = (
    <Button leftSection={<Plus size={14} aria-hidden="true" />} onClick={() => setMaking(true)}>
      {t('admin.keys.new')}
    </Button>
  )
  return (
    <div className={css.editor}>
      <div className={css.head}>
        <SearchField label={t('admin.search', { what: inSentence(t('admin.s.keys')) })} value={find} set={setFind} count={hits.length} />
        {list.data.length > 0 && !making && add}
      </div>
      {made && <Once title={t('admin.keys.once', { name: made.name })} secret={made.secret} done={() => setMade(undefined)} />}
      {made?.grants.every(g => g.role === 'analyst') && <WallLink secret={made.secret} />}
      {making && (
        <NewKey
          document={document}
          done={k => {
            setMaking(false)
            setMade(k)
          }}
        />
      )}
      {!list.data.length && !making && <Empty icon={KeyRound} title={t('admin.keys.none')} text={t('admin.keys.text')} action={add} />}
      {hits.length > 0 && <Table list={hits} document={document} leave={setLeaving} />}
      <Revoke entry={leaving} close={() => setLeaving(undefined)} />
    </div>
  )
}

/** A key that only sees figures opens the wall on a screen where nobody is signed in. */
function WallLink({ secret }: { secret: string }) {
  const { t } = useT()
  const link = `${location.origin}/wall#key=${secret}`
  return (
    <p>
      {t('admin.keys.wall')}{' '}
      <Button variant="default" onClick={() => void copyText(link).then(() => toast(t('admin.copied')))}>
        {t('admin.keys.wall_copy')}
      </Button>
    </p>
  )
}

/** A role within its scope, by the ids that keys are granted with. */
function useGrantText(document: ConfigDocument | undefined) {
  const { t } = useT()
  return (g: AccessGrant) => {
    const role = t(`admin.role.${g.role}`)
    if (g.scope.kind === 'organisation') return role
    const entry = document && (scopeEntries(document, g.scope.kind) as { id?: number; name: string }[]).find(e => e.id === g.scope.id)
    return t('admin.role_in', { role, where: entry?.name ?? `${t(`admin.scope.${g.scope.kind}`)} ${g.scope.id ?? ''}` })
  }
}

function Table({
  list,
  document,
  leave,
}: {
  list: AccessKeyView[]
  document: ConfigDocument | undefined
  leave: (k: AccessKeyView) => void
}) {
  const { t, locale } = useT()
  const grant = useGrantText(document)
  return (
    <div className={css.tablebox}>
      <table className={css.table}>
        <caption className="vh">{t('admin.s.keys')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('admin.name')}</th>
            <th scope="col" className="hide-s">
              {t('admin.keys.prefix')}
            </th>
            <th scope="col">{t('admin.people.roles')}</th>
            <th scope="col" className="hide-s">
              {t('admin.keys.used')}
            </th>
            <th scope="col">{t('admin.keys.expires')}</th>
            <th scope="col">
              <span className="vh">{t('admin.remove')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map(k => (
            <tr key={k.id}>
              <th scope="row">{k.name}</th>
              <td className="hide-s">
                <code>{k.prefix}…</code>
              </td>
              <td>{k.grants.map(grant).join(', ')}</td>
              <td className="hide-s">{k.used_ms ? date(locale, k.used_ms) : t('admin.keys.never')}</td>
              <td>
                {k.expires_ms ? (
                  k.expires_ms < Date.now() ? (
                    <Status level="bad">{t('admin.keys.expired')}</Status>
                  ) : (
                    date(locale, k.expires_ms)
                  )
                ) : (
                  ''
                )}
              </td>
              <td>
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-xs"
                  onClick={() => leave(k)}
                  aria-label={t('admin.keys.revoke_named', { name: k.name })}
                >
                  {t('admin.keys.revoke')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A secret, shown this one time. */
export function Once({ title, secret, done }: { title: string; secret: string; done: () => void }) {
  const { t } = useT()
  return (
    <div className={css.once} role="status">
      <p>
        <b>{title}</b>
      </p>
      <p>{t('admin.once')}</p>
      <code>{secret}</code>
      <div className={css.rowbuttons}>
        <Button
          variant="default"
          leftSection={<Copy size={14} aria-hidden="true" />}
          onClick={() => void copyText(secret).then(() => toast(t('admin.copied')))}
        >
          {t('admin.copy')}
        </Button>
        <Button onClick={done}>{t('admin.once_done')}</Button>
      </div>
    </div>
  )
}

function NewKey({ document, done }: { document: ConfigDocument | undefined; done: (k: AccessKeySecret | undefined) => void }) {
  const { t } = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [days, setDays] = useState(365)
  const [grant, setGrant] = useState<AccessGrant>({ role: 'analyst', scope: { kind: 'organisation' } })
  const entries = (document ? scopeEntries(document, grant.scope.kind) : []) as { id?: number; name: string }[]
  const make = useMutation({
    mutationFn: () => api('POST /api/keys', { body: { name, days, grants: [grant] } }),
    onSuccess: async k => {
      await client.invalidateQueries({ queryKey: keysQuery.queryKey })
      done(k)
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
      <Part title={t('admin.keys.new')} text={t('admin.keys.text')}>
        <Row>
          <TextField
            label={t('admin.name')}
            hint={t('admin.keys.name_text')}
            value={name}
            set={setName}
            max={60}
            fault={faults.get('name')}
            required
          />
          <NumberField label={t('admin.keys.days')} value={days} set={setDays} min={1} max={730} fault={faults.get('days')} />
        </Row>
        <Row>
          <SelectField
            label={t('admin.role')}
            hint={t(`admin.role_says.${grant.role}`)}
            value={grant.role}
            set={v => setGrant({ ...grant, role: v as AccessGrant['role'] })}
            choices={roles.map(r => ({ value: r, label: t(`admin.role.${r}`) }))}
          />
          <SelectField
            label={t('admin.scope')}
            value={grant.scope.kind}
            set={v => {
              const kind = v as AccessGrant['scope']['kind']
              const first = document ? (scopeEntries(document, kind) as { id?: number }[])[0]?.id : undefined
              setGrant({ ...grant, scope: kind === 'organisation' ? { kind } : { kind, id: first } })
            }}
            choices={scopes.map(s => ({ value: s, label: t(`admin.scope.${s}`) }))}
          />
          {grant.scope.kind !== 'organisation' && (
            <SelectField
              label={t(`admin.scope.${grant.scope.kind}`)}
              value={String(grant.scope.id ?? '')}
              set={v => setGrant({ ...grant, scope: { kind: grant.scope.kind, id: Number(v) } })}
              choices={entries.map(e => ({ value: String(e.id), label: e.name }))}
            />
          )}
        </Row>
        {make.error && (
          <p className={css.fault} role="alert">
            {say(make.error)}
          </p>
        )}
        <div className={css.rowbuttons}>
          <Button type="submit" loading={make.isPending} disabled={!name.trim()}>
            {t('admin.keys.make')}
          </Button>
          <Button variant="default" onClick={() => done(undefined)}>
            {t('cancel')}
          </Button>
        </div>
      </Part>
    </form>
  )
}

function Revoke({ entry, close }: { entry: AccessKeyView | undefined; close: () => void }) {
  const { t } = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: (id: number) => api('DELETE /api/keys/{id}', { path: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: keysQuery.queryKey }),
    onSuccess: close,
    onError: e => toast(say(e), { level: 'bad' }),
  })
  return (
    <Modal
      opened={!!entry}
      onClose={close}
      title={t('admin.keys.revoke_named', { name: entry?.name ?? '' })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <p className="prose">{t('admin.keys.revoke_text')}</p>
      <div className="actions">
        <Button variant="default" onClick={close}>
          {t('cancel')}
        </Button>
        <Button color="bad" loading={remove.isPending} onClick={() => entry && remove.mutate(entry.id)}>
          {t('admin.keys.revoke')}
        </Button>
      </div>
    </Modal>
  )
}
