import { Button } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../app/session.ts'
import type { ConfigLending, ConfigOrganisation, ConfigRules, RulebookVersioned } from '../gen/api.gen.ts'
import { localeNames, locales, useT } from '../lib/i18n.ts'
import css from './admin.module.css'
import { replaced, useDraft, without } from './draft.ts'
import { Frame, useLeaveGuard } from './Frame.tsx'
import { DurationField, NumberField, Part, RemoveButton, Row, SelectField, TextField } from './fields.tsx'
import { type Outcome, useSaveDocument } from './queries.ts'
import { zones } from './small.tsx'
import { namedChoices } from './words.ts'

type Whole = { organisation: ConfigOrganisation; rules: ConfigRules; lending: ConfigLending[] }

/** What holds for the centre as a whole: its name, the numbers that every queue shares, and who lends to whom. */
export function Rules({ config }: { config: RulebookVersioned }) {
  const can = useCan()
  const d = config.document
  const { draft, dirty, reset, setFaults } = useDraft<Whole>({ organisation: d.organisation, rules: d.rules, lending: d.lending }, false)
  const [outcome, setOutcome] = useState<Outcome>()
  const save = useSaveDocument()
  const guard = useLeaveGuard(dirty)
  const readOnly = !can('config.write')
  const submit = async () => {
    const out = await save.mutateAsync({ config, document: { ...d, ...draft.value }, at: '' })
    setOutcome(out)
    setFaults(out.faults)
    if (out.saved) reset(draft.value)
    return out.saved !== undefined
  }
  return (
    <Frame
      outcome={outcome}
      reload={() => reset({ organisation: d.organisation, rules: d.rules, lending: d.lending })}
      readOnly={readOnly}
      dirty={dirty}
      busy={save.isPending}
      submit={submit}
      dialog={guard.dialog}
    >
      <Organisation draft={draft} />
      <Numbers draft={draft} />
      <Lending draft={draft} config={config} readOnly={readOnly} />
    </Frame>
  )
}

type Props = { draft: ReturnType<typeof useDraft<Whole>>['draft'] }

function Organisation({ draft }: Props) {
  const { t } = useT()
  const o = draft.value.organisation
  const put = (change: Partial<ConfigOrganisation>) => draft.set({ organisation: { ...o, ...change } })
  return (
    <Part title={t('admin.rules.organisation')}>
      <Row>
        <TextField label={t('admin.name')} value={o.name} set={name => put({ name })} fault={draft.fault('organisation.name')} />
        <SelectField
          label={t('language')}
          value={o.language}
          set={v => put({ language: v as ConfigOrganisation['language'] })}
          choices={locales.map(l => ({ value: l, label: localeNames[l] }))}
        />
        <SelectField
          label={t('admin.zone')}
          value={o.time_zone}
          set={v => put({ time_zone: v })}
          choices={zones.map(z => ({ value: z, label: z }))}
          fault={draft.fault('organisation.time_zone')}
        />
      </Row>
    </Part>
  )
}

const priorities = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

function Numbers({ draft }: Props) {
  const { t } = useT()
  const r = draft.value.rules
  const put = (change: Partial<ConfigRules>) => draft.set({ rules: { ...r, ...change } })
  const fault = (name: keyof ConfigRules) => draft.fault(`rules.${name}`)
  return (
    <>
      <Part title={t('admin.rules.lost')} text={t('admin.rules.lost_text')}>
        <Row>
          <DurationField
            label={t('admin.rules.lost_after')}
            value={r.lost_after_s}
            set={s => put({ lost_after_s: s })}
            fault={fault('lost_after_s')}
          />
          <DurationField
            label={t('admin.rules.lost_grace')}
            value={r.lost_grace_s}
            set={s => put({ lost_grace_s: s })}
            fault={fault('lost_grace_s')}
          />
          <NumberField
            label={t('admin.rules.lapses')}
            hint={t('admin.rules.lapses_text')}
            value={r.lapses_to_away}
            set={n => put({ lapses_to_away: n })}
            min={1}
            max={10}
            fault={fault('lapses_to_away')}
          />
        </Row>
      </Part>
      <Part title={t('admin.rules.return')} text={t('admin.rules.return_text')}>
        <Row>
          <DurationField
            label={t('admin.rules.return_hold')}
            value={r.return_hold_s}
            set={s => put({ return_hold_s: s })}
            fault={fault('return_hold_s')}
          />
          <DurationField
            label={t('admin.rules.decline')}
            value={r.decline_cool_s}
            set={s => put({ decline_cool_s: s })}
            fault={fault('decline_cool_s')}
          />
        </Row>
      </Part>
      <Part title={t('admin.rules.priority')} text={t('admin.rules.priority_text')}>
        <div className={css.priorities}>
          {priorities.map(i => (
            <NumberField
              key={i}
              label={t('admin.rules.priority_n', { n: i })}
              unit={t('admin.unit.s')}
              width={96}
              min={0}
              value={r.priority_credit_s[i] ?? 0}
              set={s => put({ priority_credit_s: priorities.map(j => (j === i ? s : (r.priority_credit_s[j] ?? 0))) })}
              fault={draft.fault(`rules.priority_credit_s[${i}]`)}
            />
          ))}
        </div>
      </Part>
      <Part title={t('admin.rules.keep')} text={t('admin.rules.keep_text')}>
        <Row>
          <NumberField
            label={t('admin.rules.survey_open')}
            unit={t('admin.unit.h')}
            value={r.survey_open_h}
            set={n => put({ survey_open_h: n })}
            min={1}
            max={720}
            fault={fault('survey_open_h')}
          />
          <NumberField
            label={t('admin.rules.keep_months')}
            unit={t('admin.unit.months')}
            value={r.keep_conversations_months}
            set={n => put({ keep_conversations_months: n })}
            min={1}
            max={120}
            fault={fault('keep_conversations_months')}
          />
        </Row>
      </Part>
    </>
  )
}

function Lending({ draft, config, readOnly }: Props & { config: RulebookVersioned; readOnly: boolean }) {
  const { t } = useT()
  const list = draft.value.lending
  const put = (i: number, change: Partial<ConfigLending>) => draft.set({ lending: replaced(list, i, change) })
  const { teams, queues } = config.document
  const name = (l: ConfigLending) =>
    `${teams.find(m => m.key === l.team)?.name ?? l.team} → ${queues.find(q => q.key === l.queue)?.name ?? l.queue}`
  return (
    <Part title={t('admin.rules.lending')} text={t('admin.rules.lending_text')}>
      {list.map((l, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a loan has no name of its own, and the fields keep no state
        <div key={i} className={css.step}>
          <header>
            <b>{name(l)}</b>
            <span className="grow" />
            {!readOnly && <RemoveButton name={name(l)} onClick={() => draft.set({ lending: without(list, i) })} />}
          </header>
          <Row>
            <SelectField
              label={t('admin.rules.lender')}
              value={l.team}
              set={team => put(i, { team })}
              choices={namedChoices(teams)}
              fault={draft.fault(`lending[${i}].team`)}
            />
            <SelectField
              label={t('admin.rules.borrower')}
              value={l.queue}
              set={queue => put(i, { queue })}
              choices={namedChoices(queues)}
              fault={draft.fault(`lending[${i}].queue`)}
            />
          </Row>
          <Row>
            <DurationField
              label={t('admin.rules.lend_after')}
              value={l.after_s}
              set={s => put(i, { after_s: s })}
              fault={draft.fault(`lending[${i}].after_s`)}
            />
            <NumberField
              label={t('admin.rules.lend_free')}
              value={l.min_free}
              set={n => put(i, { min_free: n })}
              min={0}
              fault={draft.fault(`lending[${i}].min_free`)}
            />
            <NumberField
              label={t('admin.rules.lend_open')}
              unit="%"
              value={l.open_below_percent}
              set={n => put(i, { open_below_percent: n })}
              min={0}
              max={1000}
              fault={draft.fault(`lending[${i}].open_below_percent`)}
            />
            <NumberField
              label={t('admin.rules.lend_close')}
              unit="%"
              value={l.close_above_percent}
              set={n => put(i, { close_above_percent: n })}
              min={0}
              max={1000}
              fault={draft.fault(`lending[${i}].close_above_percent`)}
            />
          </Row>
          <p className={css.says}>
            {t('admin.rules.lend_says', { open: l.open_below_percent, close: l.close_above_percent, free: l.min_free })}
          </p>
        </div>
      ))}
      {!readOnly && (
        <Button
          variant="default"
          leftSection={<Plus size={14} aria-hidden="true" />}
          onClick={() =>
            draft.set({
              lending: [
                ...list,
                {
                  team: teams[0]?.key ?? '',
                  queue: queues[0]?.key ?? '',
                  after_s: 20,
                  min_free: 2,
                  open_below_percent: 40,
                  close_above_percent: 80,
                },
              ],
            })
          }
        >
          {t('admin.rules.lend_add')}
        </Button>
      )}
    </Part>
  )
}
