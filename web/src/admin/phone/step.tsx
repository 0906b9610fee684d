import { Button } from '@mantine/core'
import {
  ArrowDown,
  ArrowUp,
  CalendarClock,
  ChevronDown,
  ChevronRight,
  CircleDot,
  ClipboardCheck,
  Disc,
  IdCard,
  Languages,
  Link,
  ListOrdered,
  type LucideIcon,
  Megaphone,
  PhoneForwarded,
  PhoneIncoming,
  PhoneOff,
  Speech,
  UserRound,
} from 'lucide-react'
import { useState } from 'react'
import type { ConfigDocument, ConfigScript } from '../../gen/api.gen.ts'
import { type Locale, useT } from '../../lib/i18n.ts'
import type { Draft } from '../draft.ts'
import { without } from '../draft.ts'
import { faultText } from '../faults.ts'
import { RemoveButton } from '../fields.tsx'
import own from './phone.module.css'
import { StepFields } from './stepfields.tsx'
import { type Kind, kinds, moved, newStep, stepLine } from './steps.ts'

export const icons: Record<Kind, LucideIcon> = {
  say: Speech,
  notice: Megaphone,
  menu: ListOrdered,
  language: Languages,
  identify: IdCard,
  hours: CalendarClock,
  callback: PhoneIncoming,
  link: Link,
  record: Disc,
  queue: UserRound,
  outside: PhoneForwarded,
  survey: ClipboardCheck,
  end: PhoneOff,
}

/** Something the server says about a step while it is written; soft ones do not stand in the way. */
export type Remark = { path: string; text: string; soft: boolean }

type Props = {
  draft: Draft<ConfigScript>
  document: ConfigDocument
  readOnly: boolean
  languages: Locale[]
  remarks: Map<number, Remark[]>
}

/** The steps from the top: each told in a line, opened to be changed, moved, removed; new ones from the buttons below. */
export function Steps({ draft, document, readOnly, languages, remarks }: Props) {
  const { t } = useT()
  const { value: s, set } = draft
  const [open, setOpen] = useState<string>()
  const add = (kind: Kind) => {
    const step = newStep(
      kind,
      s.steps.map(x => x.key),
      document,
    )
    set({ steps: [...s.steps, step] })
    setOpen(step.key)
  }
  return (
    <>
      {draft.fault('steps') && (
        <p className="st" data-s="bad">
          {draft.fault('steps')}
        </p>
      )}
      <ol className={own.script}>
        {s.steps.map((step, i) => (
          <Card
            // biome-ignore lint/suspicious/noArrayIndexKey: a step's key is being written; its place is what it is
            key={i}
            i={i}
            draft={draft}
            document={document}
            readOnly={readOnly}
            languages={languages}
            remarks={remarks}
            open={open === step.key}
            setOpen={on => setOpen(on ? step.key : undefined)}
            follow={setOpen}
          />
        ))}
      </ol>
      {!readOnly && (
        <div className={own.add} role="group" aria-label={t('telephony.step.add')}>
          {kinds.map(k => {
            const Icon = icons[k]
            return (
              <button key={k} type="button" onClick={() => add(k)}>
                <Icon size={14} aria-hidden="true" /> {t(`telephony.do.${k}`)}
              </button>
            )
          })}
        </div>
      )}
    </>
  )
}

function Card({
  i,
  open,
  setOpen,
  follow,
  ...rest
}: Props & { i: number; open: boolean; setOpen: (on: boolean) => void; follow: (key: string) => void }) {
  const { t, locale } = useT()
  const { draft, document, readOnly, remarks } = rest
  const steps = draft.value.steps
  const step = steps[i]
  if (!step) return null
  const Icon = icons[step.do] ?? CircleDot
  const at = `steps[${i}]`
  const told = remarks.get(i) ?? []
  const hard = told.filter(r => !r.soft)
  const soft = told.filter(r => r.soft)
  for (const [path, text] of draft.faults)
    if (path.startsWith(`${at}.`) && !told.some(r => `${at}.${r.path}` === path))
      hard.push({ path: path.slice(at.length + 1), text, soft: false })
  const above = open ? hard.filter(r => r.path === 'do' || r.path === '') : hard // the others stand at their fields
  const name = `${i + 1}. ${t(`telephony.do.${step.do}`)}`
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <li className={own.step} data-wrong={hard.length > 0 || undefined}>
      <header>
        <h4>
          <button type="button" className={own.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
            <span>{i + 1}</span>
            <Icon size={16} aria-hidden="true" />
            <b>{t(`telephony.do.${step.do}`)}</b>
            <small>{stepLine(step, document, t, locale)}</small>
          </button>
        </h4>
        <span className={own.tools}>
          {!readOnly && (
            <>
              <Button
                variant="subtle"
                color="gray"
                px={6}
                disabled={i === 0}
                aria-label={t('telephony.step.up', { name })}
                onClick={() => draft.set({ steps: moved(steps, i, -1) })}
              >
                <ArrowUp size={15} aria-hidden="true" />
              </Button>
              <Button
                variant="subtle"
                color="gray"
                px={6}
                disabled={i === steps.length - 1}
                aria-label={t('telephony.step.down', { name })}
                onClick={() => draft.set({ steps: moved(steps, i, 1) })}
              >
                <ArrowDown size={15} aria-hidden="true" />
              </Button>
              <RemoveButton name={name} onClick={() => draft.set({ steps: without(steps, i) })} />
            </>
          )}
          <Chevron size={16} aria-hidden="true" style={{ alignSelf: 'center' }} />
        </span>
      </header>
      {above.length > 0 && (
        <ul className={own.faults}>
          {above.map(r => (
            <li key={r.path + r.text}>{faultText(t, r.text)}</li>
          ))}
        </ul>
      )}
      {soft.length > 0 && (
        <ul className={own.faults} data-soft>
          {soft.map(r => (
            <li key={r.path + r.text}>{faultText(t, r.text)}</li>
          ))}
        </ul>
      )}
      {open && <StepFields i={i} follow={follow} {...rest} />}
    </li>
  )
}
