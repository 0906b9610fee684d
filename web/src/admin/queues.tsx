import { Button } from '@mantine/core'
import { Eye, Rows3 } from 'lucide-react'
import { useUrl } from '../app/router.tsx'
import type { ConfigQueue } from '../gen/api.gen.ts'
import { num } from '../lib/format.ts'
import { useT } from '../lib/i18n.ts'
import css from './admin.module.css'
import { ChipsField, DurationField, NumberField, Part, Row, SelectField, SwitchField } from './fields.tsx'
import type { FormProps, Section } from './section.ts'
import { NameField } from './small.tsx'
import { Steps } from './steps.tsx'
import { channelChoices, exactly, formulas, namedChoices, nameOf } from './words.ts'

export const queues: Section<'queues'> = {
  name: 'queues',
  icon: Rows3,
  text: 'admin.queues.text',
  one: 'admin.queues.new',
  title: q => q.name,
  find: (q, a) => `${q.name} ${nameOf(a.document.brands, q.brand)} ${q.channels.join(' ')}`,
  make: d => ({
    id: 0,
    key: '',
    name: '',
    brand: d.brands[0]?.key ?? '',
    channels: ['chat'],
    hours: d.hours[0]?.key ?? '',
    target_s: 60,
    goal_percent: 80,
    formula: 'answered_of_offered',
    short_abandon_s: 5,
    weight: 100,
    age_guarantee_s: 600,
    offer_s: 20,
    wrap_up_s: 60,
    wrap_up_max_s: 600,
    survey: true,
    steps: [{ after_s: 0, needs: [], teams: [], partners: [], all_hands: false, drop_contact_needs: false }],
    callback: { attempts: 3, retry_s: 600, cap: 20, customer_first: false, dial_s: 0 },
  }),
  columns: [
    { head: 'admin.queue.brand', cell: (q, a) => nameOf(a.document.brands, q.brand) },
    { head: 'admin.queue.channels', wide: true, cell: (q, a) => q.channels.map(c => a.t(`channel.${c as 'chat'}`)).join(', ') },
    { head: 'admin.queue.target', cell: (q, a) => `${q.goal_percent} % < ${exactly(q.target_s, a.t, a.locale)}` },
    { head: 'admin.queue.steps', wide: true, cell: q => q.steps.length },
  ],
  Form: QueueForm,
  Beside: ({ entry }) => {
    const { t } = useT()
    const [, go] = useUrl()
    return (
      <Button
        variant="default"
        leftSection={<Eye size={14} aria-hidden="true" />}
        onClick={() => go({ s: 'preview', id: undefined, queue: entry.key })}
      >
        {t('admin.s.preview')}
      </Button>
    )
  },
}

function QueueForm(props: FormProps<ConfigQueue>) {
  const { draft, document } = props
  const { t } = useT()
  const { value: q, set, fault } = draft
  return (
    <>
      <Part title={t('admin.queue.what')}>
        <NameField draft={draft} taken={document.queues} />
        <Row>
          <SelectField
            label={t('admin.queue.brand')}
            value={q.brand}
            set={brand => set({ brand })}
            choices={namedChoices(document.brands)}
            fault={fault('brand')}
          />
          <SelectField
            label={t('admin.queue.hours')}
            value={q.hours}
            set={hours => set({ hours })}
            choices={namedChoices(document.hours)}
            fault={fault('hours')}
          />
        </Row>
        <ChipsField
          label={t('admin.queue.channels')}
          value={q.channels}
          set={list => set({ channels: list })}
          choices={channelChoices(t)}
          fault={fault('channels')}
        />
      </Part>
      <Target {...props} />
      <Part title={t('admin.queue.steps')} text={t('admin.queue.steps_text')}>
        <Steps {...props} />
      </Part>
      <Order {...props} />
      <AtTheDesk {...props} />
      <Callback {...props} />
    </>
  )
}

/** The queue's promise to its customers, and how it is reckoned. */
function Target({ draft }: FormProps<ConfigQueue>) {
  const { t, locale } = useT()
  const { value: q, set, fault } = draft
  return (
    <Part title={t('admin.queue.promise')} text={t('admin.queue.promise_text')}>
      <Row>
        <NumberField
          label={t('admin.queue.goal')}
          unit="%"
          value={q.goal_percent}
          set={n => set({ goal_percent: n })}
          min={1}
          max={100}
          fault={fault('goal_percent')}
        />
        <DurationField label={t('admin.queue.within')} value={q.target_s} set={s => set({ target_s: s })} fault={fault('target_s')} />
        <DurationField
          label={t('admin.queue.short')}
          value={q.short_abandon_s}
          set={s => set({ short_abandon_s: s })}
          fault={fault('short_abandon_s')}
        />
      </Row>
      <SelectField
        label={t('admin.queue.formula')}
        value={q.formula}
        set={v => set({ formula: v as ConfigQueue['formula'] })}
        choices={formulas.map(f => ({ value: f, label: t(`admin.formula.${f}`) }))}
        fault={fault('formula')}
      />
      <p className={css.says}>{t('admin.queue.promise_says', { goal: q.goal_percent, time: exactly(q.target_s, t, locale) })}</p>
      <SwitchField label={t('admin.queue.survey')} hint={t('admin.queue.survey_text')} value={q.survey} set={survey => set({ survey })} />
    </Part>
  )
}

/** Who goes before whom. */
function Order({ draft, document }: FormProps<ConfigQueue>) {
  const { t, locale } = useT()
  const { value: q, set, fault } = draft
  const others = document.queues.filter(x => x.id !== q.id)
  const same = others.find(x => x.target_s === q.target_s && x.weight !== q.weight)
  return (
    <Part title={t('admin.queue.order')} text={t('admin.queue.order_text')}>
      <Row>
        <NumberField
          label={t('admin.queue.weight')}
          hint={t('admin.queue.weight_text')}
          value={q.weight}
          set={weight => set({ weight })}
          min={1}
          max={10000}
          fault={fault('weight')}
        />
        <DurationField
          label={t('admin.queue.guarantee')}
          hint={t('admin.queue.guarantee_text')}
          value={q.age_guarantee_s}
          set={s => set({ age_guarantee_s: s })}
          fault={fault('age_guarantee_s')}
        />
      </Row>
      <p className={css.says}>
        {t('admin.queue.order_says', { time: exactly(q.target_s, t, locale), n: num(locale, q.weight / 100, q.weight % 100 ? 2 : 0) })}{' '}
        {same && t('admin.queue.order_beside', { name: same.name, times: num(locale, q.weight / same.weight, 1) })}{' '}
        {q.age_guarantee_s > 0 && t('admin.queue.guarantee_says', { time: exactly(q.age_guarantee_s, t, locale) })}
      </p>
    </Part>
  )
}

type WrapMode = 'none' | 'limited' | 'free'
const wrapMode = (q: ConfigQueue): WrapMode => (q.wrap_up_s < 0 ? 'free' : q.wrap_up_s === 0 ? 'none' : 'limited')

/** How long an agent has to answer, and to finish afterwards. */
function AtTheDesk({ draft }: FormProps<ConfigQueue>) {
  const { t } = useT()
  const { value: q, set, fault } = draft
  const mode = wrapMode(q)
  return (
    <Part title={t('admin.queue.desk')} text={t('admin.queue.desk_text')}>
      <Row>
        <DurationField
          label={t('admin.queue.offer')}
          hint={t('admin.queue.offer_text')}
          value={q.offer_s}
          set={s => set({ offer_s: s })}
          fault={fault('offer_s')}
        />
        <SelectField
          label={t('admin.queue.wrap')}
          value={mode}
          set={v =>
            set(
              v === 'free'
                ? { wrap_up_s: -1 }
                : v === 'none'
                  ? { wrap_up_s: 0 }
                  : { wrap_up_s: 60, wrap_up_max_s: Math.max(q.wrap_up_max_s, 600) },
            )
          }
          choices={(['none', 'limited', 'free'] as const).map(m => ({ value: m, label: t(`admin.queue.wrap.${m}`) }))}
        />
      </Row>
      {mode === 'limited' && (
        <Row>
          <DurationField
            label={t('admin.queue.wrap_time')}
            value={q.wrap_up_s}
            set={s => set({ wrap_up_s: s })}
            fault={fault('wrap_up_s')}
          />
          <DurationField
            label={t('admin.queue.wrap_max')}
            hint={t('admin.queue.wrap_max_text')}
            value={q.wrap_up_max_s}
            set={s => set({ wrap_up_max_s: s })}
            fault={fault('wrap_up_max_s')}
          />
        </Row>
      )}
    </Part>
  )
}

function Callback({ draft }: FormProps<ConfigQueue>) {
  const { t } = useT()
  const { value: q, set, fault } = draft
  const put = (change: Partial<ConfigQueue['callback']>) => set({ callback: { ...q.callback, ...change } })
  if (!q.channels.includes('callback')) return null
  return (
    <Part title={t('admin.queue.callback')} text={t('admin.queue.callback_text')}>
      <Row>
        <NumberField
          label={t('admin.queue.attempts')}
          value={q.callback.attempts}
          set={attempts => put({ attempts })}
          min={0}
          max={10}
          fault={fault('callback.attempts')}
        />
        <DurationField
          label={t('admin.queue.retry')}
          value={q.callback.retry_s}
          set={s => put({ retry_s: s })}
          fault={fault('callback.retry_s')}
        />
        <NumberField
          label={t('admin.queue.cap')}
          hint={t('admin.queue.cap_text')}
          value={q.callback.cap}
          set={cap => put({ cap })}
          min={-1}
          max={100000}
          fault={fault('callback.cap')}
        />
      </Row>
      <SwitchField
        label={t('admin.queue.customer_first')}
        hint={t('admin.queue.customer_first_text')}
        value={q.callback.customer_first}
        set={on => put({ customer_first: on })}
      />
    </Part>
  )
}
