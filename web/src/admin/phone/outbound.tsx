import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Ban, Check, Plus } from 'lucide-react'
import { useState } from 'react'
import type { ConfigDialRule, ConfigOutbound } from '../../gen/api.gen.ts'
import { num } from '../../lib/format.ts'
import { type Locale, useT } from '../../lib/i18n.ts'
import { Status } from '../../ui/Status.tsx'
import css from '../admin.module.css'
import { replaced, without } from '../draft.ts'
import { NumberField, Part, RemoveButton, Row, SelectField, SwitchField, TextField } from '../fields.tsx'
import { namedChoices } from '../words.ts'
import { CapsFields } from './caps.tsx'
import type { PageProps } from './Page.tsx'
import { spendQuery } from './server.ts'

/** A number as the server compares it: without blanks, 00 as +, and a Norwegian one completed. */
export const bare = (n: string) => {
  const x = n.replace(/[^\d+]/g, '').replace(/^00(?!0)/, '+')
  return x === '' || x.startsWith('+') ? x : `+47${x}`
}

/** The rule that decides for a number: that of the longest prefix. */
export const ruleFor = (rules: ConfigDialRule[], number: string) =>
  number.length < 4
    ? undefined
    : rules.filter(r => r.prefix && number.startsWith(r.prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0]

/** An amount in hundredths as people read it. */
export const money = (l: Locale, ore: number, currency: string) => `${num(l, ore / 100, ore % 100 ? 2 : 0)} ${currency}`

/** Whom the centre may call, what that may cost, and what it has cost today. */
export function Outbound({ draft, document, readOnly }: PageProps) {
  const { t, locale } = useT()
  const o = draft.value.outbound
  const put = (change: Partial<ConfigOutbound>) => draft.set({ outbound: { ...o, ...change } })
  const fault = (path: string) => draft.fault(`outbound.${path}`)
  const [trial, setTrial] = useState('')
  const number = bare(trial)
  const rule = ruleFor(o.rules, number)
  return (
    <>
      <Spent currency={o.currency} />
      <Part title={t('telephony.outbound.plan')} text={t('telephony.outbound.plan_text')}>
        <div className={css.needs}>
          {o.rules.map((r, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the prefix is being written
            <div key={i} className={css.need} role="group" aria-label={r.name || r.prefix || t('telephony.outbound.rule_n', { n: i + 1 })}>
              <TextField
                label={t('telephony.outbound.prefix')}
                value={r.prefix}
                set={prefix => put({ rules: replaced(o.rules, i, { prefix }) })}
                fault={fault(`rules[${i}].prefix`)}
                max={16}
                mono
              />
              <TextField
                label={t('admin.name')}
                value={r.name ?? ''}
                set={v => put({ rules: replaced(o.rules, i, { name: v || undefined }) })}
                max={60}
              />
              <NumberField
                label={t('telephony.outbound.cost')}
                unit={t('telephony.outbound.ore')}
                width={110}
                value={r.cost_ore_per_min}
                set={n => put({ rules: replaced(o.rules, i, { cost_ore_per_min: n }) })}
                disabled={!r.allow}
                fault={fault(`rules[${i}].cost_ore_per_min`)}
              />
              <SwitchField
                label={t('telephony.outbound.allow')}
                value={r.allow}
                set={allow => put({ rules: replaced(o.rules, i, { allow }) })}
                fault={fault(`rules[${i}].allow`)}
              />
              <NumberField
                label={t('telephony.outbound.cost_text')}
                unit={t('telephony.outbound.ore')}
                width={110}
                value={r.cost_ore_per_text}
                set={n => put({ rules: replaced(o.rules, i, { cost_ore_per_text: n }) })}
                disabled={!r.texts}
                fault={fault(`rules[${i}].cost_ore_per_text`)}
              />
              <SwitchField
                label={t('telephony.outbound.texts')}
                value={r.texts}
                set={texts => put({ rules: replaced(o.rules, i, { texts }) })}
                fault={fault(`rules[${i}].texts`)}
              />
              {!readOnly && <RemoveButton name={r.name || r.prefix} onClick={() => put({ rules: without(o.rules, i) })} />}
            </div>
          ))}
          {!readOnly && (
            <Button
              variant="default"
              leftSection={<Plus size={14} aria-hidden="true" />}
              onClick={() =>
                put({ rules: [...o.rules, { prefix: '+', allow: true, cost_ore_per_min: 0, texts: false, cost_ore_per_text: 0 }] })
              }
            >
              {t('telephony.outbound.add')}
            </Button>
          )}
        </div>
        <div className={css.sample}>
          <TextField
            label={t('telephony.outbound.try')}
            hint={t('telephony.outbound.try_text')}
            type="tel"
            value={trial}
            set={setTrial}
            max={24}
          />
          <p role="status">
            {number.length >= 4 &&
              (rule?.allow ? (
                <>
                  <Check size={14} aria-hidden="true" />{' '}
                  {t('telephony.outbound.may', {
                    number,
                    rule: rule.name || rule.prefix,
                    cost: money(locale, rule.cost_ore_per_min, o.currency),
                  })}
                </>
              ) : (
                <>
                  <Ban size={14} aria-hidden="true" />{' '}
                  {t('telephony.outbound.may_not', { number, rule: rule ? rule.name || rule.prefix : t('telephony.outbound.no_rule') })}
                </>
              ))}
          </p>
        </div>
      </Part>
      <Part title={t('telephony.outbound.caps')} text={t('telephony.outbound.caps_text')}>
        <CapsFields
          of="calls"
          title="telephony.outbound.per_agent"
          value={o.agent}
          set={agent => put({ agent })}
          fault={p => fault(`agent${p}`)}
          currency={o.currency}
        />
        <CapsFields
          of="calls"
          title="telephony.outbound.per_centre"
          value={o.centre}
          set={centre => put({ centre })}
          fault={p => fault(`centre${p}`)}
          currency={o.currency}
        />
        <Row>
          <NumberField
            label={t('telephony.outbound.minutes')}
            unit={t('admin.unit.min')}
            value={o.max_minutes}
            set={n => put({ max_minutes: n })}
            min={1}
            max={1440}
            fault={fault('max_minutes')}
          />
          <SelectField
            label={t('telephony.outbound.currency')}
            value={o.currency}
            set={v => put({ currency: v as ConfigOutbound['currency'] })}
            choices={['NOK', 'SEK', 'DKK', 'EUR'].map(v => ({ value: v, label: v }))}
            fault={fault('currency')}
          />
          <SelectField
            label={t('telephony.outbound.line')}
            hint={t('telephony.outbound.line_text')}
            none="–"
            value={o.line ?? ''}
            set={v => put({ line: v || undefined })}
            choices={namedChoices(document.phone.lines)}
            fault={fault('line')}
          />
        </Row>
      </Part>
    </>
  )
}

/** What calls out have cost this hour and today, against the caps. */
function Spent({ currency }: { currency: string }) {
  const { t, locale } = useT()
  const spent = useQuery(spendQuery)
  if (!spent.data) return null
  const { hour_ore, day_ore, hour_cap_ore, day_cap_ore } = spent.data
  const level = (used: number, cap: number) => (cap === 0 || used < 0.8 * cap ? 'ok' : used < cap ? 'warn' : 'bad')
  const of = (cap: number) => (cap ? t('telephony.outbound.of', { cap: money(locale, cap, currency) }) : '')
  return (
    <p className={css.rowbuttons} role="status">
      <Status level={level(hour_ore, hour_cap_ore)}>
        {t('telephony.outbound.this_hour')}: {money(locale, hour_ore, currency)} {of(hour_cap_ore)}
      </Status>
      <Status level={level(day_ore, day_cap_ore)}>
        {t('telephony.outbound.today')}: {money(locale, day_ore, currency)} {of(day_cap_ore)}
      </Status>
    </p>
  )
}
