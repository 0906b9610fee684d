import { type Key, useT } from '../../lib/i18n.ts'
import css from '../admin.module.css'
import { NumberField } from '../fields.tsx'

type What = 'calls' | 'messages'
type Caps<W extends What> = Record<`${W}_per_hour` | `${W}_per_day` | 'cost_ore_per_hour' | 'cost_ore_per_day', number>

const counted: Record<What, [Key, Key]> = {
  calls: ['telephony.outbound.calls_hour', 'telephony.outbound.calls_day'],
  messages: ['telephony.texts.per_hour', 'telephony.texts.per_day'],
}

/** How much may go out in an hour and a day, by count and by cost. 0 is no bound. */
export function CapsFields<W extends What>({
  of,
  title,
  value,
  set,
  fault,
  currency,
}: {
  of: W
  title: Key
  value: Caps<W>
  set: (v: Caps<W>) => void
  fault: (path: string) => string | undefined
  currency: string
}) {
  const { t } = useT()
  const field = (name: keyof Caps<W> & string, label: Key, unit?: string) => (
    <NumberField
      label={t(label)}
      {...(unit && { unit })}
      value={unit ? Math.round(value[name] / 100) : value[name]}
      set={n => set({ ...value, [name]: unit ? n * 100 : n })}
      min={0}
      fault={fault(`.${name}`)}
    />
  )
  return (
    <fieldset className={css.words}>
      <legend>{t(title)}</legend>
      {fault('') && (
        <p className={css.fault} role="alert">
          {fault('')}
        </p>
      )}
      <div>
        {field(`${of}_per_hour`, counted[of][0])}
        {field(`${of}_per_day`, counted[of][1])}
        {field('cost_ore_per_hour', 'telephony.outbound.cost_hour', currency)}
        {field('cost_ore_per_day', 'telephony.outbound.cost_day', currency)}
      </div>
    </fieldset>
  )
}
