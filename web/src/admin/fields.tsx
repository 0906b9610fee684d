import { Button, NativeSelect, NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { Trash2 } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { localeNames, locales, useT } from '../lib/i18n.ts'
import css from './admin.module.css'
import { toggled } from './draft.ts'
import { faultText } from './faults.ts'
import { type Choice, unitOf, units } from './words.ts'

/** What every field has: its name, a sentence that explains it, and what is wrong with it. */
type Common = { label: ReactNode; hint?: ReactNode; fault?: string; disabled?: boolean }

function useFault(fault: string | undefined) {
  const { t } = useT()
  return fault === undefined ? undefined : faultText(t, fault)
}

/** Takes one element out of a list. */
export function RemoveButton({ name, onClick }: { name: string; onClick: () => void }) {
  const { t } = useT()
  return (
    <Button variant="subtle" color="gray" px={6} aria-label={t('admin.remove_named', { name })} onClick={onClick}>
      <Trash2 size={15} aria-hidden="true" />
    </Button>
  )
}

export function TextField(
  p: Common & {
    value: string
    set: (v: string) => void
    type?: string
    required?: boolean
    mono?: boolean
    max?: number
    placeholder?: string
    autoFocus?: boolean
    autoComplete?: string
  },
) {
  return (
    <TextInput
      label={p.label}
      description={p.hint}
      error={useFault(p.fault)}
      value={p.value}
      onChange={e => p.set(e.currentTarget.value)}
      type={p.type}
      required={p.required}
      disabled={p.disabled}
      maxLength={p.max ?? 100}
      placeholder={p.placeholder}
      autoComplete={p.autoComplete ?? 'off'}
      data-autofocus={p.autoFocus || undefined}
      classNames={p.mono ? { input: css.mono } : undefined}
    />
  )
}

export function AreaField(p: Common & { value: string; set: (v: string) => void; rows?: number; max?: number }) {
  return (
    <Textarea
      label={p.label}
      description={p.hint}
      error={useFault(p.fault)}
      value={p.value}
      onChange={e => p.set(e.currentTarget.value)}
      disabled={p.disabled}
      rows={p.rows ?? 3}
      maxLength={p.max ?? 4000}
    />
  )
}

export function NumberField(
  p: Common & { value: number; set: (v: number) => void; min?: number; max?: number; unit?: string; width?: number; beside?: ReactNode },
) {
  return (
    <NumberInput
      label={p.label}
      description={p.hint}
      error={useFault(p.fault)}
      value={p.value}
      onChange={v => p.set(typeof v === 'number' ? v : 0)}
      min={p.min}
      max={p.max}
      clampBehavior="none"
      allowDecimal={false}
      suffix={p.unit ? ` ${p.unit}` : undefined}
      disabled={p.disabled}
      hideControls
      size="xs"
      styles={{ label: { whiteSpace: 'nowrap' }, wrapper: { width: p.width ?? '8rem' } }}
      inputContainer={input => (
        <div className={css.duration}>
          {input}
          {p.beside}
        </div>
      )}
    />
  )
}

/** A length of time, kept in seconds and written in the unit that suits it. */
export function DurationField(p: Common & { value: number; set: (seconds: number) => void }) {
  const { t } = useT()
  const [unit, setUnit] = useState<number>(unitOf(p.value).s)
  const shown = p.value > 0 && p.value % unit !== 0 ? unitOf(p.value).s : unit
  return (
    <NumberField
      {...p}
      value={p.value < 0 ? 0 : p.value / shown}
      set={v => p.set(v * shown)}
      min={0}
      width={88}
      beside={
        <NativeSelect
          size="xs"
          aria-label={t('admin.unit')}
          value={String(shown)}
          disabled={p.disabled}
          data={units.map(u => ({ value: String(u.s), label: t(u.key) }))}
          onChange={e => {
            const next = Number(e.currentTarget.value)
            p.set(Math.max(0, Math.round(p.value / shown)) * next)
            setUnit(next)
          }}
        />
      }
    />
  )
}

export function SelectField(p: Common & { value: string; set: (v: string) => void; choices: Choice[]; none?: string; required?: boolean }) {
  const known = p.value === '' || p.choices.some(c => c.value === p.value)
  const data = [
    ...(p.none !== undefined || p.value === '' ? [{ value: '', label: p.none ?? '–' }] : []),
    ...p.choices,
    ...(known ? [] : [{ value: p.value, label: p.value }]),
  ]
  return (
    <NativeSelect
      size="xs"
      label={p.label}
      description={p.hint}
      error={useFault(p.fault)}
      value={p.value}
      onChange={e => p.set(e.currentTarget.value)}
      data={data}
      required={p.required}
      disabled={p.disabled}
    />
  )
}

/** A choice among many, found by typing: people. */
export function FindField(p: Common & { value: string; set: (v: string) => void; choices: Choice[] }) {
  return (
    <Select
      label={p.label}
      description={p.hint}
      error={useFault(p.fault)}
      value={p.value || null}
      onChange={v => p.set(v ?? '')}
      data={p.choices}
      searchable
      clearable
      limit={30}
      disabled={p.disabled}
      comboboxProps={{ withinPortal: true }}
    />
  )
}

export function SwitchField(p: Common & { value: boolean; set: (v: boolean) => void }) {
  return (
    <Switch
      size="sm"
      label={p.label}
      description={p.hint}
      checked={p.value}
      onChange={e => p.set(e.currentTarget.checked)}
      disabled={p.disabled}
      error={useFault(p.fault)}
    />
  )
}

/** Several of a few choices, all in sight. */
export function ChipsField(p: Common & { value: string[]; set: (v: string[]) => void; choices: Choice[]; empty?: string }) {
  const fault = useFault(p.fault)
  const id = useId()
  const unknown = p.value.filter(v => !p.choices.some(c => c.value === v)).map(v => ({ value: v, label: v }))
  return (
    <fieldset className={css.chips} disabled={p.disabled} aria-describedby={fault ? id : undefined}>
      <legend>{p.label}</legend>
      {p.hint && <p className={css.hint}>{p.hint}</p>}
      <div>
        {[...p.choices, ...unknown].map(c => (
          <label key={c.value}>
            <input
              type="checkbox"
              checked={p.value.includes(c.value)}
              onChange={() => p.set(toggled(p.value, c.value))}
              aria-invalid={fault ? true : undefined}
            />
            <span>{c.label}</span>
          </label>
        ))}
        {!p.value.length && p.empty && <small className="sub">{p.empty}</small>}
      </div>
      {fault && (
        <p className={css.fault} id={id}>
          {fault}
        </p>
      )}
    </fieldset>
  )
}

/** Words in the four languages of the screens; what is left out is told in the nearest language. */
export function WordsField(
  p: Common & { value: Record<string, string>; set: (v: Record<string, string>) => void; long?: boolean; max?: number },
) {
  const fault = useFault(p.fault)
  const id = useId()
  const put = (l: string, text: string) => {
    const next = { ...p.value, [l]: text }
    if (!text) delete next[l]
    p.set(next)
  }
  return (
    <fieldset className={css.words} disabled={p.disabled} aria-describedby={fault ? id : undefined}>
      <legend>{p.label}</legend>
      {p.hint && <p className={css.hint}>{p.hint}</p>}
      <div data-long={p.long || undefined}>
        {locales.map(l =>
          p.long ? (
            <Textarea
              key={l}
              size="xs"
              lang={l}
              label={localeNames[l]}
              value={p.value[l] ?? ''}
              rows={4}
              maxLength={p.max ?? 4000}
              onChange={e => put(l, e.currentTarget.value)}
              error={!!fault}
            />
          ) : (
            <TextInput
              key={l}
              lang={l}
              label={localeNames[l]}
              value={p.value[l] ?? ''}
              maxLength={p.max ?? 200}
              onChange={e => put(l, e.currentTarget.value)}
              error={!!fault}
            />
          ),
        )}
      </div>
      {fault && (
        <p className={css.fault} id={id}>
          {fault}
        </p>
      )}
    </fieldset>
  )
}

/** A part of a form under a heading, with a sentence about what it decides. */
export function Part({ title, text, children }: { title: string; text?: ReactNode; children: ReactNode }) {
  return (
    <section className={css.part}>
      <h3>{title}</h3>
      {text && <p className={css.hint}>{text}</p>}
      <div>{children}</div>
    </section>
  )
}

/** Fields side by side while there is room. */
export const Row = ({ children }: { children: ReactNode }) => <div className={css.row}>{children}</div>
