import { Coffee, Globe, Handshake, ListTree, MessageSquareQuote, Sparkles, Users } from 'lucide-react'
import type { ConfigCanned, ConfigMarket, ConfigPartner, ConfigPause, ConfigReason, ConfigSkill, ConfigTeam } from '../gen/api.gen.ts'
import { localeNames, locales, pick, useT } from '../lib/i18n.ts'
import { Status } from '../ui/Status.tsx'
import css from './admin.module.css'
import { type Draft, keyFrom } from './draft.ts'
import { FindField, NumberField, Part, Row, SelectField, SwitchField, TextField, WordsField } from './fields.tsx'
import type { About, FormProps, Section } from './section.ts'
import { namedChoices, nameOf, wordOf } from './words.ts'

type Keyed = { key: string }

/** The name of an entry, which makes the key of a new one; the key is shown because files and other entries refer to it. */
export function NameField<T extends { key: string; name: string }>({ draft, taken }: { draft: Draft<T>; taken: Keyed[] }) {
  const { t } = useT()
  const keys = taken.map(k => k.key)
  return (
    <Row>
      <TextField
        label={t('admin.name')}
        value={draft.value.name}
        set={name => draft.set((draft.isNew ? { name, key: keyFrom(name, keys) } : { name }) as Partial<T>)}
        fault={draft.fault('name')}
        required
      />
      <KeyField draft={draft} />
    </Row>
  )
}

/** The key: chosen once, and fixed from then on. */
export function KeyField<T extends Keyed>({ draft }: { draft: Draft<T> }) {
  const { t } = useT()
  return (
    <TextField
      label={t('admin.key')}
      hint={draft.isNew ? t('admin.key_text') : undefined}
      value={draft.value.key}
      set={key => draft.set({ key } as Partial<T>)}
      fault={draft.fault('key')}
      disabled={!draft.isNew}
      max={40}
      mono
    />
  )
}

function WordedName<T extends { key: string; name: Record<string, string> }>({ draft, taken }: { draft: Draft<T>; taken: Keyed[] }) {
  const { t } = useT()
  const keys = taken.map(k => k.key)
  return (
    <>
      <WordsField
        label={t('admin.name')}
        hint={t('admin.words_text')}
        value={draft.value.name}
        set={name => draft.set((draft.isNew ? { name, key: keyFrom(pick(name, 'nb'), keys) } : { name }) as Partial<T>)}
        fault={draft.fault('name')}
      />
      <Row>
        <KeyField draft={draft} />
      </Row>
    </>
  )
}

export const teams: Section<'teams'> = {
  name: 'teams',
  icon: Users,
  text: 'admin.teams.text',
  one: 'admin.teams.new',
  title: m => m.name,
  find: (m, a) => `${m.name} ${nameOf(a.document.people, m.leader)} ${nameOf(a.document.partners, m.partner)}`,
  make: () => ({ id: 0, key: '', name: '' }),
  columns: [
    { head: 'admin.teams.leader', cell: (m, a) => nameOf(a.document.people, m.leader) },
    { head: 'admin.teams.size', cell: (m, a) => a.document.people.filter(p => p.team === m.key && p.active).length },
    { head: 'admin.teams.partner', wide: true, cell: (m, a) => nameOf(a.document.partners, m.partner) },
  ],
  Form: TeamForm,
}

function TeamForm({ draft, document }: FormProps<ConfigTeam>) {
  const { t } = useT()
  const { value, set, fault } = draft
  const members = document.people.filter(p => p.team === value.key && !draft.isNew)
  return (
    <>
      <Part title={t('admin.teams.what')}>
        <NameField draft={draft} taken={document.teams} />
        <Row>
          <FindField
            label={t('admin.teams.leader')}
            hint={t('admin.teams.leader_text')}
            value={value.leader ?? ''}
            set={v => set({ leader: v || undefined })}
            choices={namedChoices(document.people)}
            fault={fault('leader')}
          />
          <SelectField
            label={t('admin.teams.partner')}
            hint={t('admin.teams.partner_text')}
            none={t('admin.teams.own')}
            value={value.partner ?? ''}
            set={v => set({ partner: v || undefined })}
            choices={namedChoices(document.partners)}
            fault={fault('partner')}
          />
        </Row>
      </Part>
      {members.length > 0 && (
        <Part title={t('admin.teams.members', { n: members.length })}>
          <p className={css.hint}>{members.map(p => p.name).join(', ')}</p>
        </Part>
      )}
    </>
  )
}

const skillKinds = ['product', 'language', 'brand', 'market', 'task'] as const

export const skills: Section<'skills'> = {
  name: 'skills',
  icon: Sparkles,
  text: 'admin.skills.text',
  one: 'admin.skills.new',
  title: (s, a) => pick(s.name, a.locale) || s.key,
  find: (s, a) => `${Object.values(s.name).join(' ')} ${a.t(`admin.skills.kind.${s.kind}`)}`,
  make: () => ({ id: 0, key: '', name: {}, kind: 'product' }),
  columns: [
    { head: 'admin.skills.kind', cell: (s, a) => a.t(`admin.skills.kind.${s.kind}`) },
    {
      head: 'admin.skills.people',
      cell: (s, a) => a.document.people.filter(p => p.active && p.skills.some(k => k.skill === s.key)).length,
    },
    {
      head: 'admin.skills.queues',
      wide: true,
      cell: (s, a) =>
        a.document.queues
          .filter(q => q.steps.some(x => x.needs.some(n => n.skill === s.key)))
          .map(q => q.name)
          .join(', '),
    },
  ],
  Form: SkillForm,
}

function SkillForm({ draft, document }: FormProps<ConfigSkill>) {
  const { t } = useT()
  return (
    <Part title={t('admin.skills.what')} text={t('admin.skills.text')}>
      <WordedName draft={draft} taken={document.skills} />
      <Row>
        <SelectField
          label={t('admin.skills.kind')}
          hint={t('admin.skills.kind_text')}
          value={draft.value.kind}
          set={v => draft.set({ kind: v as ConfigSkill['kind'] })}
          choices={skillKinds.map(k => ({ value: k, label: t(`admin.skills.kind.${k}`) }))}
          fault={draft.fault('kind')}
        />
      </Row>
    </Part>
  )
}

export const partners: Section<'partners'> = {
  name: 'partners',
  icon: Handshake,
  text: 'admin.partners.text',
  one: 'admin.partners.new',
  title: p => p.name,
  find: p => p.name,
  make: () => ({ id: 0, key: '', name: '' }),
  columns: [
    {
      head: 'admin.s.teams',
      cell: (p, a) =>
        a.document.teams
          .filter(m => m.partner === p.key)
          .map(m => m.name)
          .join(', '),
    },
    {
      head: 'admin.skills.queues',
      wide: true,
      cell: (p, a) =>
        a.document.queues
          .filter(q => q.steps.some(s => s.partners.includes(p.key)))
          .map(q => q.name)
          .join(', '),
    },
  ],
  Form: ({ draft, document }: FormProps<ConfigPartner>) => {
    const { t } = useT()
    return (
      <Part title={t('admin.partners.what')} text={t('admin.partners.text')}>
        <NameField draft={draft} taken={document.partners} />
      </Part>
    )
  },
}

const countries = ['NO', 'SE', 'DK', 'FI'] as const
export const zones = ['Europe/Oslo', 'Europe/Stockholm', 'Europe/Copenhagen', 'Europe/Helsinki', 'UTC']

export const markets: Section<'markets'> = {
  name: 'markets',
  icon: Globe,
  text: 'admin.markets.text',
  one: 'admin.markets.new',
  title: m => m.name,
  find: (m, a) => `${m.name} ${a.t(`admin.country.${m.country}`)}`,
  make: d => ({ id: 0, key: '', name: '', country: 'NO', language: d.organisation.language, time_zone: d.organisation.time_zone }),
  columns: [
    { head: 'admin.markets.country', cell: (m, a) => a.t(`admin.country.${m.country}`) },
    { head: 'language', cell: m => localeNames[m.language] },
    { head: 'admin.zone', wide: true, cell: m => m.time_zone },
  ],
  Form: ({ draft, document }: FormProps<ConfigMarket>) => {
    const { t } = useT()
    const { value, set, fault } = draft
    return (
      <Part title={t('admin.markets.what')} text={t('admin.markets.text')}>
        <NameField draft={draft} taken={document.markets} />
        <Row>
          <SelectField
            label={t('admin.markets.country')}
            hint={t('admin.markets.country_text')}
            value={value.country}
            set={v => set({ country: v as ConfigMarket['country'] })}
            choices={countries.map(c => ({ value: c, label: t(`admin.country.${c}`) }))}
            fault={fault('country')}
          />
          <SelectField
            label={t('language')}
            value={value.language}
            set={v => set({ language: v as ConfigMarket['language'] })}
            choices={locales.map(l => ({ value: l, label: localeNames[l] }))}
            fault={fault('language')}
          />
          <SelectField
            label={t('admin.zone')}
            value={value.time_zone}
            set={v => set({ time_zone: v })}
            choices={zones.map(z => ({ value: z, label: z }))}
            fault={fault('time_zone')}
          />
        </Row>
      </Part>
    )
  },
}

/** A reason's ancestors, nearest first; a loop ends it. */
export function ancestors(r: ConfigReason, all: ConfigReason[]): string[] {
  const out: string[] = []
  for (let at = r.parent; at && !out.includes(at); at = all.find(x => x.key === at)?.parent) out.push(at)
  return out
}

/** Every reason below its parent, in the document's order. */
export function asTree(all: ConfigReason[]): ConfigReason[] {
  const keys = new Set(all.map(r => r.key))
  const below = (parent: string | undefined): ConfigReason[] =>
    all
      .filter(r => (parent === undefined ? !r.parent || !keys.has(r.parent) : r.parent === parent))
      .flatMap(r => [r, ...(r.key === parent ? [] : below(r.key))])
  const tree = below(undefined)
  return tree.length === all.length ? tree : [...tree, ...all.filter(r => !tree.includes(r))]
}

export const reasons: Section<'reasons'> = {
  name: 'reasons',
  icon: ListTree,
  text: 'admin.reasons.text',
  one: 'admin.reasons.new',
  title: (r, a) => pick(r.name, a.locale) || r.key,
  find: (r, a) => `${Object.values(r.name).join(' ')} ${nameOf(a.document.people, r.owner)}`,
  make: () => ({ id: 0, key: '', name: {}, active: true }),
  order: asTree,
  indent: (r, a) => ancestors(r, a.document.reasons).length,
  columns: [
    { head: 'admin.reasons.owner', cell: (r, a) => nameOf(a.document.people, r.owner) },
    {
      head: 'admin.people.state',
      cell: (r, a) => (r.active ? a.t('admin.active') : <Status level="none">{a.t('admin.inactive')}</Status>),
    },
  ],
  Form: ReasonForm,
}

function ReasonForm({ draft, document }: FormProps<ConfigReason>) {
  const { t, locale } = useT()
  const { value, set, fault } = draft
  const possible = asTree(document.reasons).filter(r => r.key !== value.key && !ancestors(r, document.reasons).includes(value.key))
  const path = (r: ConfigReason) =>
    [...ancestors(r, document.reasons).reverse(), r.key].map(k => wordOf(document.reasons, k, locale)).join(' › ')
  return (
    <Part title={t('admin.reasons.what')} text={t('admin.reasons.text')}>
      <WordedName draft={draft} taken={document.reasons} />
      <Row>
        <SelectField
          label={t('admin.reasons.parent')}
          none={t('admin.reasons.top')}
          value={value.parent ?? ''}
          set={v => set({ parent: v || undefined })}
          choices={possible.map(r => ({ value: r.key, label: path(r) }))}
          fault={fault('parent')}
        />
        <FindField
          label={t('admin.reasons.owner')}
          hint={t('admin.reasons.owner_text')}
          value={value.owner ?? ''}
          set={v => set({ owner: v || undefined })}
          choices={namedChoices(document.people)}
          fault={fault('owner')}
        />
      </Row>
      <SwitchField
        label={t('admin.reasons.active')}
        hint={t('admin.reasons.active_text')}
        value={value.active}
        set={active => set({ active })}
      />
    </Part>
  )
}

const pauseKinds = ['break', 'meeting', 'training', 'other_work', 'private'] as const

export const pauses: Section<'pauses'> = {
  name: 'pauses',
  icon: Coffee,
  text: 'admin.pauses.text',
  one: 'admin.pauses.new',
  title: (p, a) => pick(p.name, a.locale) || p.key,
  find: p => Object.values(p.name).join(' '),
  make: () => ({ id: 0, key: '', name: {}, kind: 'break' }),
  columns: [
    { head: 'admin.pauses.kind', cell: (p, a) => a.t(`admin.pauses.kind.${p.kind}`) },
    { head: 'admin.pauses.limit', cell: (p, a) => (p.limit_min ? a.t('span.minutes', { m: p.limit_min }) : '') },
  ],
  Form: ({ draft, document }: FormProps<ConfigPause>) => {
    const { t } = useT()
    const { value, set, fault } = draft
    return (
      <Part title={t('admin.pauses.what')} text={t('admin.pauses.text')}>
        <WordedName draft={draft} taken={document.pauses} />
        <Row>
          <SelectField
            label={t('admin.pauses.kind')}
            hint={t('admin.pauses.kind_text')}
            value={value.kind}
            set={v => set({ kind: v as ConfigPause['kind'] })}
            choices={pauseKinds.map(k => ({ value: k, label: t(`admin.pauses.kind.${k}`) }))}
            fault={fault('kind')}
          />
          <NumberField
            label={t('admin.pauses.limit')}
            hint={t('admin.pauses.limit_text')}
            unit={t('admin.unit.min')}
            value={value.limit_min ?? 0}
            set={n => set({ limit_min: n || undefined })}
            min={0}
            max={600}
            fault={fault('limit_min')}
          />
        </Row>
      </Part>
    )
  },
}

export const canned: Section<'canned'> = {
  name: 'canned',
  icon: MessageSquareQuote,
  text: 'admin.canned.text',
  one: 'admin.canned.new',
  title: (c, a) => pick(c.title, a.locale) || c.key,
  find: c => `${Object.values(c.title).join(' ')} ${Object.values(c.text).join(' ')}`,
  make: () => ({ id: 0, key: '', title: {}, text: {} }),
  columns: [
    { head: 'admin.canned.body', cell: (c, a) => <span className={css.clip}>{pick(c.text, a.locale)}</span> },
    { head: 'admin.s.brands', wide: true, cell: (c, a) => (c.brand ? nameOf(a.document.brands, c.brand) : a.t('admin.canned.all')) },
  ],
  Form: CannedForm,
}

const sample = (text: string, about: About) => {
  const fill: Record<string, string> = {
    customer: about.t('admin.canned.sample_customer'),
    agent: about.t('admin.canned.sample_agent'),
    brand: about.document.brands[0]?.name ?? '',
  }
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => fill[name] ?? whole)
}

function CannedForm({ draft, document }: FormProps<ConfigCanned>) {
  const { t, locale } = useT()
  const { value, set, fault } = draft
  const keys = document.canned.map(c => c.key)
  const text = pick(value.text, locale)
  return (
    <Part title={t('admin.canned.what')} text={t('admin.canned.text')}>
      <WordsField
        label={t('admin.canned.title')}
        value={value.title}
        set={title => set(draft.isNew ? { title, key: keyFrom(pick(title, 'nb'), keys) } : { title })}
        fault={fault('title')}
      />
      <WordsField
        label={t('admin.canned.body')}
        hint={t('admin.canned.variables', { list: '{{customer}} {{agent}} {{brand}}' })}
        long
        value={value.text}
        set={next => set({ text: next })}
        fault={fault('text')}
      />
      {text && (
        <div className={css.sample}>
          <b>{t('admin.canned.preview')}</b>
          <p>{sample(text, { document, t, locale })}</p>
        </div>
      )}
      <Row>
        <KeyField draft={draft} />
        <SelectField
          label={t('admin.s.brands')}
          none={t('admin.canned.all')}
          value={value.brand ?? ''}
          set={v => set({ brand: v || undefined })}
          choices={namedChoices(document.brands)}
          fault={fault('brand')}
        />
      </Row>
    </Part>
  )
}
