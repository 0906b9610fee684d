import { Scale } from 'lucide-react'
import type { ConfigCapacity, ConfigChannelShare } from '../gen/api.gen.ts'
import { type Translate, useT } from '../lib/i18n.ts'
import css from './admin.module.css'
import { NumberField, Part, SwitchField } from './fields.tsx'
import type { FormProps, Section } from './section.ts'
import { NameField } from './small.tsx'
import { channels } from './words.ts'

type Channel = ConfigChannelShare['channel']

/** How many of a channel fit at once: the least of its own limit and what the whole has room for. */
export const most = (c: ConfigCapacity, s: ConfigChannelShare) => Math.min(s.max, Math.floor(c.total / Math.max(1, s.weight)))

const inWords = (c: ConfigCapacity, t: Translate) =>
  c.channels
    .filter(s => most(c, s) > 0)
    .map(s => `${most(c, s)} ${t(`channel.${s.channel}`).toLowerCase()}`)
    .join(' · ')

export const capacities: Section<'capacities'> = {
  name: 'capacities',
  icon: Scale,
  text: 'admin.capacities.text',
  one: 'admin.capacities.new',
  title: c => c.name,
  find: (c, a) => `${c.name} ${inWords(c, a.t)}`,
  make: () => ({
    id: 0,
    key: '',
    name: '',
    total: 12,
    offers_during_wrap_up: false,
    channels: [
      { channel: 'phone', weight: 12, max: 1, beside: [], parked_by: [] },
      { channel: 'chat', weight: 4, max: 3, beside: ['chat'], parked_by: [] },
    ],
  }),
  columns: [
    { head: 'admin.capacities.most', cell: (c, a) => inWords(c, a.t) },
    { head: 'admin.skills.people', wide: true, cell: (c, a) => a.document.people.filter(p => p.active && p.capacity === c.key).length },
  ],
  Form: CapacityForm,
}

function CapacityForm({ draft, document, readOnly }: FormProps<ConfigCapacity>) {
  const { t } = useT()
  const { value: c, set, fault } = draft
  const put = (channel: Channel, change: Partial<ConfigChannelShare>) => {
    const known = c.channels.some(s => s.channel === channel)
    const list = known ? c.channels : [...c.channels, { channel, weight: c.total, max: 1, beside: [], parked_by: [] }]
    set({ channels: list.map(s => (s.channel === channel ? { ...s, ...change } : s)) })
  }
  return (
    <>
      <Part title={t('admin.capacities.what')} text={t('admin.capacities.text')}>
        <NameField draft={draft} taken={document.capacities} />
        <NumberField
          label={t('admin.capacities.total')}
          hint={t('admin.capacities.total_text')}
          value={c.total}
          set={total => set({ total })}
          min={1}
          max={1000}
          fault={fault('total')}
        />
        <SwitchField
          label={t('admin.capacities.wrap')}
          hint={t('admin.capacities.wrap_text')}
          value={c.offers_during_wrap_up}
          set={on => set({ offers_during_wrap_up: on })}
        />
      </Part>
      <Part title={t('admin.capacities.shares')} text={t('admin.capacities.shares_text')}>
        <div className={css.shares}>
          {channels.map(channel => {
            const i = c.channels.findIndex(s => s.channel === channel)
            const s = c.channels[i]
            return (
              <div key={channel} className={css.share}>
                <SwitchField
                  label={t(`channel.${channel}`)}
                  value={!!s}
                  set={on => (on ? put(channel, {}) : set({ channels: c.channels.filter(x => x.channel !== channel) }))}
                  fault={i < 0 ? undefined : fault(`channels[${i}].channel`)}
                />
                {s && (
                  <>
                    <NumberField
                      label={t('admin.capacities.weight')}
                      value={s.weight}
                      set={weight => put(channel, { weight })}
                      min={1}
                      max={c.total}
                      width={88}
                      fault={fault(`channels[${i}].weight`)}
                    />
                    <NumberField
                      label={t('admin.capacities.max')}
                      value={s.max}
                      set={max => put(channel, { max })}
                      min={0}
                      max={100}
                      width={88}
                      fault={fault(`channels[${i}].max`)}
                    />
                    <p className={css.hint}>
                      {t('admin.capacities.says', { n: most(c, s), share: Math.round((100 * s.weight) / Math.max(1, c.total)) })}
                    </p>
                  </>
                )}
              </div>
            )
          })}
        </div>
      </Part>
      <Part title={t('admin.capacities.matrix')} text={t('admin.capacities.matrix_text')}>
        <Matrix capacity={c} put={put} readOnly={readOnly} />
      </Part>
    </>
  )
}

const steps = ['alone', 'beside', 'parks'] as const
type Meeting = (typeof steps)[number]

/** What happens when one channel meets another. */
export const meeting = (inHand: ConfigChannelShare, arriving: string): Meeting =>
  inHand.parked_by.includes(arriving) ? 'parks' : inHand.beside.includes(arriving) ? 'beside' : 'alone'

/** The share after the meeting with a channel has been set. */
export function withMeeting(s: ConfigChannelShare, arriving: string, m: Meeting): Partial<ConfigChannelShare> {
  const off = (list: string[]) => list.filter(c => c !== arriving)
  return {
    beside: m === 'alone' ? off(s.beside) : [...off(s.beside), arriving],
    parked_by: m === 'parks' ? [...off(s.parked_by), arriving] : off(s.parked_by),
  }
}

/** What may come while something is in hand: nothing, beside it, or instead of it while it is parked. */
function Matrix({
  capacity,
  put,
  readOnly,
}: {
  capacity: ConfigCapacity
  put: (c: Channel, change: Partial<ConfigChannelShare>) => void
  readOnly: boolean
}) {
  const { t } = useT()
  const carried = channels.filter(c => capacity.channels.some(s => s.channel === c))
  return (
    <div className={css.tablebox}>
      <table className={css.matrix}>
        <caption className="vh">{t('admin.capacities.matrix')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('admin.capacities.in_hand')}</th>
            {carried.map(c => (
              <th key={c} scope="col">
                {t(`channel.${c}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {carried.map(row => {
            const s = capacity.channels.find(x => x.channel === row)!
            return (
              <tr key={row}>
                <th scope="row">{t(`channel.${row}`)}</th>
                {carried.map(col => {
                  const m = meeting(s, col)
                  const next = steps[(steps.indexOf(m) + 1) % steps.length] ?? 'alone'
                  const words = t(`admin.capacities.meet.${m}`)
                  return (
                    <td key={col}>
                      <button
                        type="button"
                        disabled={readOnly}
                        data-m={m}
                        aria-label={t('admin.capacities.cell', { row: t(`channel.${row}`), col: t(`channel.${col}`), what: words })}
                        onClick={() => put(row, withMeeting(s, col, next))}
                      >
                        {words}
                      </button>
                    </td>
                  )
                })}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
