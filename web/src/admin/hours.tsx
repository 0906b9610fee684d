import { Button } from '@mantine/core'
import { CalendarClock, Copy, Plus, X } from 'lucide-react'
import type { ConfigDay, ConfigException, ConfigHours } from '../gen/api.gen.ts'
import { date } from '../lib/dates.ts'
import { type Translate, useT } from '../lib/i18n.ts'
import css from './admin.module.css'
import { replaced, without } from './draft.ts'
import { faultText } from './faults.ts'
import { Part, RemoveButton, Row, SelectField, TextField } from './fields.tsx'
import type { FormProps, Section } from './section.ts'
import { NameField } from './small.tsx'
import { namedChoices, nameOf } from './words.ts'

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
type Day = (typeof days)[number]

/** The week in a line: man–fre 08:00–16:00, lør–søn stengt. */
export function weekText(week: ConfigDay[], t: Translate): string {
  const of = (d: Day) =>
    week
      .find(w => w.day === d)
      ?.periods.map(p => p.replace('-', '–'))
      .join(' ') || t('admin.hours.closed')
  const out: string[] = []
  for (let i = 0; i < 7; ) {
    let j = i
    while (j < 6 && of(days[j + 1]!) === of(days[i]!)) j++
    const names = t(`admin.day.${days[i]!}`) + (j > i ? `–${t(`admin.day.${days[j]!}`)}` : '')
    out.push(`${names} ${of(days[i]!)}`)
    i = j + 1
  }
  return out.join(', ')
}

/** The minutes a week is open, for noticing hours that are hardly any. */
export const openMinutes = (week: ConfigDay[]) => week.flatMap(d => d.periods).reduce((sum, p) => sum + minutes(p), 0)

function minutes(period: string): number {
  const m = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(period)
  return m ? Number(m[3]) * 60 + Number(m[4]) - Number(m[1]) * 60 - Number(m[2]) : 0
}

export const hours: Section<'hours'> = {
  name: 'hours',
  icon: CalendarClock,
  text: 'admin.hours.text',
  one: 'admin.hours.new',
  title: h => h.name,
  find: (h, a) => `${h.name} ${nameOf(a.document.markets, h.market)} ${weekText(h.week, a.t)}`,
  make: d => ({
    id: 0,
    key: '',
    name: '',
    market: d.markets[0]?.key ?? '',
    holidays: 'closed',
    week: days.slice(0, 5).map(day => ({ day, periods: ['08:00-16:00'] })),
    exceptions: [],
  }),
  columns: [
    { head: 'admin.hours.week', cell: (h, a) => weekText(h.week, a.t) },
    { head: 'admin.queue.market', wide: true, cell: (h, a) => nameOf(a.document.markets, h.market) },
    { head: 'admin.hours.exceptions', wide: true, cell: h => h.exceptions.length || '' },
    {
      head: 'admin.s.queues',
      wide: true,
      cell: (h, a) =>
        a.document.queues
          .filter(q => q.hours === h.key)
          .map(q => q.name)
          .join(', '),
    },
  ],
  Form: HoursForm,
}

function HoursForm({ draft, document, readOnly }: FormProps<ConfigHours>) {
  const { t, locale } = useT()
  const { value: h, set, fault } = draft
  const put = (day: Day, periods: string[]) => {
    const rest = h.week.filter(w => w.day !== day)
    const next = periods.length ? [...rest, { day, periods }] : rest
    set({ week: next.sort((a, b) => days.indexOf(a.day) - days.indexOf(b.day)) })
  }
  const of = (day: Day) => h.week.find(w => w.day === day)?.periods ?? []
  const faultAt = (day: Day) => {
    const i = h.week.findIndex(w => w.day === day)
    return i < 0 ? undefined : fault(`week[${i}].periods`)
  }
  return (
    <>
      <Part title={t('admin.hours.what')}>
        <NameField draft={draft} taken={document.hours} />
        <Row>
          <SelectField
            label={t('admin.queue.market')}
            hint={t('admin.hours.market_text')}
            value={h.market}
            set={market => set({ market })}
            choices={namedChoices(document.markets)}
            fault={fault('market')}
          />
          <SelectField
            label={t('admin.hours.holidays')}
            value={h.holidays}
            set={v => set({ holidays: v as ConfigHours['holidays'] })}
            choices={(['closed', 'as_usual'] as const).map(v => ({ value: v, label: t(`admin.hours.holidays.${v}`) }))}
            fault={fault('holidays')}
          />
        </Row>
      </Part>
      <Part title={t('admin.hours.week')} text={t('admin.hours.week_text')}>
        <p className={css.says}>{weekText(h.week, t)}</p>
        <div className={css.week}>
          {days.map((day, i) => (
            <div key={day}>
              <b>{t(`admin.weekday.${day}`)}</b>
              <Periods
                name={t(`admin.weekday.${day}`)}
                periods={of(day)}
                set={list => put(day, list)}
                fault={faultAt(day)}
                readOnly={readOnly}
              />
              {!readOnly && i === 0 && (
                <Button
                  variant="subtle"
                  leftSection={<Copy size={13} aria-hidden="true" />}
                  onClick={() =>
                    set({
                      week: [
                        ...days.slice(0, 5).map(d => ({ day: d, periods: of('mon') })),
                        ...h.week.filter(w => w.day === 'sat' || w.day === 'sun'),
                      ],
                    })
                  }
                >
                  {t('admin.hours.copy_week')}
                </Button>
              )}
            </div>
          ))}
        </div>
      </Part>
      <Part title={t('admin.hours.exceptions')} text={t('admin.hours.exceptions_text')}>
        <div className={css.exceptions}>
          {h.exceptions.map((x, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a date being written is not yet a name for the row
            <div key={i} className={css.exception}>
              <TextField
                label={t('admin.hours.date')}
                type="date"
                value={x.date}
                set={v => set({ exceptions: replaced<ConfigException>(h.exceptions, i, { date: v }) })}
                fault={fault(`exceptions[${i}].date`)}
              />
              <TextField
                label={t('admin.name')}
                value={x.name}
                set={name => set({ exceptions: replaced<ConfigException>(h.exceptions, i, { name }) })}
                fault={fault(`exceptions[${i}].name`)}
              />
              <Periods
                name={x.name || (x.date ? date(locale, Date.parse(x.date)) : t('admin.hours.date'))}
                periods={x.periods}
                set={periods => set({ exceptions: replaced<ConfigException>(h.exceptions, i, { periods }) })}
                fault={fault(`exceptions[${i}].periods`)}
                readOnly={readOnly}
              />
              {!readOnly && <RemoveButton name={x.name || x.date} onClick={() => set({ exceptions: without(h.exceptions, i) })} />}
            </div>
          ))}
          {!readOnly && (
            <Button
              variant="default"
              leftSection={<Plus size={14} aria-hidden="true" />}
              onClick={() => set({ exceptions: [...h.exceptions, { date: '', name: '', periods: [] }] })}
            >
              {t('admin.hours.exception_add')}
            </Button>
          )}
        </div>
      </Part>
    </>
  )
}

/** The opening periods of a day: none means closed. */
function Periods({
  name,
  periods,
  set,
  fault,
  readOnly,
}: {
  name: string
  periods: string[]
  set: (p: string[]) => void
  fault?: string
  readOnly: boolean
}) {
  const { t } = useT()
  const part = (p: string, i: 0 | 1) => p.split('-')[i] ?? ''
  const put = (i: number, which: 0 | 1, v: string) => {
    const p = periods[i] ?? '-'
    const next = which === 0 ? `${v}-${part(p, 1)}` : `${part(p, 0)}-${v}`
    set(periods.map((q, j) => (j === i ? next : q)))
  }
  const last = periods.at(-1)
  const after = last && part(last, 1) < '16:00' ? `${part(last, 1)}-16:00` : last ? `${part(last, 1)}-24:00` : '08:00-16:00'
  return (
    <div className={css.periods}>
      {periods.map((p, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: periods are told apart by their place alone
        <span key={i}>
          <Clock label={t('admin.hours.from', { name })} value={part(p, 0)} set={v => put(i, 0, v)} bad={!!fault} disabled={readOnly} />–
          <Clock label={t('admin.hours.to', { name })} value={part(p, 1)} set={v => put(i, 1, v)} bad={!!fault} disabled={readOnly} />
          {!readOnly && (
            <button
              type="button"
              className={css.x}
              aria-label={t('admin.remove_named', { name: `${name} ${p}` })}
              onClick={() => set(without(periods, i))}
            >
              <X size={14} aria-hidden="true" />
            </button>
          )}
        </span>
      ))}
      {!periods.length && <span className="sub">{t('admin.hours.closed')}</span>}
      {!readOnly && (
        <button type="button" className={css.x} aria-label={t('admin.hours.period_add', { name })} onClick={() => set([...periods, after])}>
          <Plus size={14} aria-hidden="true" />
        </button>
      )}
      {fault && <p className={css.fault}>{faultText(t, fault)}</p>}
    </div>
  )
}

/** A time of day written as 08:00; 24:00, which a time field cannot hold, ends a day. */
const Clock = ({
  label,
  value,
  set,
  bad,
  disabled,
}: {
  label: string
  value: string
  set: (v: string) => void
  bad: boolean
  disabled: boolean
}) => (
  <input
    className={css.clock}
    aria-label={label}
    aria-invalid={bad || undefined}
    value={value}
    disabled={disabled}
    inputMode="numeric"
    maxLength={5}
    onChange={e => set(e.currentTarget.value)}
    onBlur={e => set(tidyClock(e.currentTarget.value))}
  />
)

/** Writes a time as the file does: 8 becomes 08:00, 1630 becomes 16:30. */
export function tidyClock(text: string): string {
  const digits = text.replace(/\D/g, '')
  if (/^\d{1,2}:\d{2}$/.test(text)) return text.padStart(5, '0')
  if (digits.length <= 2 && digits) return `${digits.padStart(2, '0')}:00`
  if (digits.length === 3 || digits.length === 4) return `${digits.slice(0, -2).padStart(2, '0')}:${digits.slice(-2)}`
  return text
}
