import { Button, Modal } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Copy, Link2, LogOut, Plus, ShieldOff, UserRound } from 'lucide-react'
import { useState } from 'react'
import { toast } from '../app/toasts.tsx'
import type { ConfigDocument, ConfigGrantText, ConfigNeedText, ConfigPerson } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { date, timeOfDay } from '../lib/dates.ts'
import { localeNames, locales, useT } from '../lib/i18n.ts'
import { useProblemText } from '../ui/States.tsx'
import { Status } from '../ui/Status.tsx'
import css from './admin.module.css'
import { copyText } from './copy.ts'
import { keyFrom, replaced, without } from './draft.ts'
import { NumberField, Part, RemoveButton, Row, SelectField, SwitchField, TextField } from './fields.tsx'
import type { FormProps, Section } from './section.ts'
import { grantText, namedChoices, nameOf, needsText, roles, scopeEntries, scopes, wordedChoices } from './words.ts'

export const people: Section<'people'> = {
  name: 'people',
  icon: UserRound,
  text: 'admin.people.text',
  one: 'admin.people.new',
  action: 'people.manage',
  title: p => p.name,
  find: (p, a) =>
    `${p.name} ${p.email} ${nameOf(a.document.teams, p.team)} ${p.roles.map(g => grantText(g, a.document, a.t)).join(' ')} ${needsText(p.skills, a.document, a.locale)}`,
  make: d => ({
    id: 0,
    key: '',
    name: '',
    email: '',
    language: d.organisation.language,
    active: true,
    capacity: d.capacities[0]?.key,
    team: d.teams[0]?.key,
    skills: [],
    roles: [{ role: 'agent', scope: 'organisation' }],
  }),
  columns: [
    { head: 'admin.people.team', cell: (p, a) => nameOf(a.document.teams, p.team) },
    { head: 'admin.people.roles', wide: true, cell: (p, a) => p.roles.map(g => grantText(g, a.document, a.t)).join(', ') },
    { head: 'admin.people.skills', wide: true, cell: (p, a) => needsText(p.skills, a.document, a.locale) },
    {
      head: 'admin.people.state',
      cell: (p, a) => (p.active ? a.t('admin.active') : <Status level="none">{a.t('admin.inactive')}</Status>),
    },
  ],
  Form: PersonForm,
  Beside: Doors,
}

function PersonForm({ draft, document, readOnly }: FormProps<ConfigPerson>) {
  const { t, locale } = useT()
  const { value: p, set, fault } = draft
  const answers = p.roles.some(r => r.role === 'agent')
  const rename = (name: string) =>
    set(
      draft.isNew
        ? {
            name,
            key: keyFrom(
              name,
              document.people.map(x => x.key),
            ),
          }
        : { name },
    )
  return (
    <>
      <Part title={t('admin.people.who')}>
        <Row>
          <TextField label={t('admin.name')} value={p.name} set={rename} fault={fault('name') ?? fault('key')} required />
          <TextField
            label={t('admin.people.email')}
            type="email"
            max={254}
            value={p.email}
            set={email => set({ email })}
            fault={fault('email')}
            required
          />
          <SelectField
            label={t('language')}
            value={p.language}
            set={v => set({ language: v as ConfigPerson['language'] })}
            choices={locales.map(l => ({ value: l, label: localeNames[l] }))}
            fault={fault('language')}
          />
        </Row>
        <SwitchField
          label={t('admin.people.active')}
          hint={t('admin.people.active_text')}
          value={p.active}
          set={active => set({ active })}
        />
      </Part>
      <Part title={t('admin.people.roles')} text={t('admin.people.roles_text')}>
        <Grants
          roles={p.roles}
          set={next => set({ roles: next })}
          document={document}
          fault={path => fault(`roles${path}`)}
          readOnly={readOnly}
        />
      </Part>
      <Part title={t('admin.people.work')} text={t('admin.people.work_text')}>
        <Row>
          <SelectField
            label={t('admin.people.team')}
            none={t('admin.people.no_team')}
            value={p.team ?? ''}
            set={team => set({ team: team || undefined })}
            choices={namedChoices(document.teams)}
            fault={fault('team')}
          />
          <SelectField
            label={t('admin.people.capacity')}
            hint={answers ? undefined : t('admin.people.capacity_none')}
            none={answers ? undefined : '–'}
            value={p.capacity ?? ''}
            set={capacity => set({ capacity: capacity || undefined })}
            choices={namedChoices(document.capacities)}
            fault={fault('capacity')}
          />
        </Row>
        <Needs
          needs={p.skills}
          set={skills => set({ skills })}
          fault={path => fault(`skills${path}`)}
          document={document}
          choices={wordedChoices(document.skills, locale)}
          readOnly={readOnly}
        />
      </Part>
    </>
  )
}

/** Skills with their levels; a queue's step asks the same way. */
export function Needs(p: {
  needs: ConfigNeedText[]
  set: (n: ConfigNeedText[]) => void
  fault: (path: string) => string | undefined
  document: ConfigDocument
  choices: { value: string; label: string }[]
  least?: boolean
  readOnly: boolean
}) {
  const { t } = useT()
  const free = p.choices.filter(c => !p.needs.some(n => n.skill === c.value))
  const label = t(p.least ? 'admin.level_least' : 'admin.level')
  return (
    <div className={css.needs}>
      {p.needs.map((n, i) => (
        <div key={n.skill} className={css.need}>
          <SelectField
            label={t('admin.skill')}
            value={n.skill}
            set={skill => p.set(replaced(p.needs, i, { skill }))}
            choices={p.choices.filter(c => c.value === n.skill || free.includes(c))}
            fault={p.fault(`[${i}].skill`)}
          />
          <NumberField
            label={label}
            value={n.level}
            set={level => p.set(replaced(p.needs, i, { level }))}
            min={1}
            max={9}
            width={72}
            fault={p.fault(`[${i}].level`)}
          />
          <Levels level={n.level} />
          {!p.readOnly && (
            <RemoveButton name={p.choices.find(c => c.value === n.skill)?.label ?? n.skill} onClick={() => p.set(without(p.needs, i))} />
          )}
        </div>
      ))}
      {p.fault('') && <p className={css.fault}>{p.fault('')}</p>}
      {!p.readOnly && free.length > 0 && (
        <Button
          variant="default"
          leftSection={<Plus size={14} aria-hidden="true" />}
          onClick={() => p.set([...p.needs, { skill: free[0]?.value ?? '', level: p.least ? 1 : 5 }])}
        >
          {t('admin.skill_add')}
        </Button>
      )}
    </div>
  )
}

const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const Levels = ({ level }: { level: number }) => (
  <span className={css.levels} aria-hidden="true">
    {nine.map(n => (
      <i key={n} data-on={n <= level || undefined} />
    ))}
  </span>
)

/** Roles, each within its part of the organisation. */
function Grants(p: {
  roles: ConfigGrantText[]
  set: (r: ConfigGrantText[]) => void
  document: ConfigDocument
  fault: (path: string) => string | undefined
  readOnly: boolean
}) {
  const { t } = useT()
  return (
    <div className={css.needs}>
      {p.roles.map((g, i) => {
        const entries = scopeEntries(p.document, g.scope)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a role has no name of its own, and the fields keep no state
          <div key={i} className={css.grant}>
            <SelectField
              label={t('admin.role')}
              value={g.role}
              set={role => p.set(replaced(p.roles, i, { role: role as ConfigGrantText['role'] }))}
              choices={roles.map(r => ({ value: r, label: t(`admin.role.${r}`) }))}
              fault={p.fault(`[${i}].role`)}
            />
            <SelectField
              label={t('admin.scope')}
              value={g.scope}
              set={scope => {
                const next = scope as ConfigGrantText['scope']
                p.set(replaced(p.roles, i, { scope: next, key: scopeEntries(p.document, next)[0]?.key }))
              }}
              choices={scopes.map(s => ({ value: s, label: t(`admin.scope.${s}`) }))}
              fault={p.fault(`[${i}].scope`)}
            />
            {g.scope !== 'organisation' && (
              <SelectField
                label={t(`admin.scope.${g.scope}`)}
                value={g.key ?? ''}
                set={key => p.set(replaced(p.roles, i, { key }))}
                choices={namedChoices(entries)}
                fault={p.fault(`[${i}].key`)}
              />
            )}
            {!p.readOnly && <RemoveButton name={grantText(g, p.document, t)} onClick={() => p.set(without(p.roles, i))} />}
            <p className={css.hint}>{t(`admin.role_says.${g.role}`)}</p>
          </div>
        )
      })}
      {!p.readOnly && (
        <Button
          variant="default"
          leftSection={<Plus size={14} aria-hidden="true" />}
          onClick={() => p.set([...p.roles, { role: 'agent', scope: 'organisation' }])}
        >
          {t('admin.role_add')}
        </Button>
      )}
    </div>
  )
}

/** The ways in and out of a person's account: a link to choose a password, and the end of every session. */
function Doors({ entry }: { entry: ConfigPerson }) {
  const { t, locale } = useT()
  const say = useProblemText()
  const onError = (e: unknown) => toast(say(e), { level: 'bad' })
  const invite = useMutation({ mutationFn: () => api('POST /api/people/{id}/invite', { path: { id: entry.id } }), onError })
  const out = useMutation({
    mutationFn: () => api('DELETE /api/people/{id}/sessions', { path: { id: entry.id } }),
    onSuccess: () => toast(t('admin.people.signed_out', { name: entry.name })),
    onError,
  })
  const forget = useMutation({
    mutationFn: () => api('DELETE /api/people/{id}/second-factor', { path: { id: entry.id } }),
    onSuccess: () => toast(t('admin.people.second_factor_gone', { name: entry.name })),
    onSettled: () => setSure(false),
    onError,
  })
  const [sure, setSure] = useState(false)
  return (
    <div className={css.doors}>
      <Button
        variant="default"
        disabled={!entry.active}
        loading={invite.isPending}
        leftSection={<Link2 size={14} aria-hidden="true" />}
        onClick={() => invite.mutate()}
      >
        {t('admin.people.invite')}
      </Button>
      <Button variant="default" loading={out.isPending} leftSection={<LogOut size={14} aria-hidden="true" />} onClick={() => out.mutate()}>
        {t('admin.people.sign_out')}
      </Button>
      <Button variant="default" leftSection={<ShieldOff size={14} aria-hidden="true" />} onClick={() => setSure(true)}>
        {t('admin.people.second_factor')}
      </Button>
      <Modal
        opened={sure}
        onClose={() => setSure(false)}
        title={t('admin.people.second_factor_sure', { name: entry.name })}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <p className="prose">{t('admin.people.second_factor_text')}</p>
        <div className="actions">
          <Button variant="default" onClick={() => setSure(false)}>
            {t('cancel')}
          </Button>
          <Button color="bad" loading={forget.isPending} onClick={() => forget.mutate()}>
            {t('admin.people.second_factor_do')}
          </Button>
        </div>
      </Modal>
      {invite.data && (
        <div className={css.once} role="status">
          <p>
            {t('admin.people.invite_text', {
              name: entry.name,
              date: `${date(locale, invite.data.expires_ms)} ${timeOfDay(invite.data.expires_ms)}`,
            })}
          </p>
          <code>{invite.data.link}</code>
          <Button
            variant="default"
            leftSection={<Copy size={14} aria-hidden="true" />}
            onClick={() => void copyText(invite.data.link).then(() => toast(t('admin.copied')))}
          >
            {t('admin.copy')}
          </Button>
        </div>
      )}
    </div>
  )
}
