import { Button, Modal } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { ArrowLeft, Trash2, TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useT } from '../lib/i18n.ts'
import { useProblemText } from '../ui/States.tsx'
import css from './admin.module.css'
import { faultText } from './faults.ts'
import type { Outcome } from './queries.ts'

type Props = {
  head?: ReactNode
  outcome: Outcome | undefined
  reload: () => void
  readOnly: boolean
  dirty: boolean
  isNew?: boolean
  busy: boolean
  /** Saves, and tells whether that went well. */
  submit: () => Promise<boolean>
  back?: () => void
  remove?: { name: string; run: () => Promise<unknown> }
  dialog: ReactNode
  children: ReactNode
}

/** The form around what is edited: what stands in the way of saving, the fields, and the bar that saves them, leads back or removes the entry. */
export function Frame({ head, outcome, reload, readOnly, dirty, isNew = false, busy, submit, back, remove, dialog, children }: Props) {
  const { t } = useT()
  const form = useRef<HTMLFormElement>(null)
  const [removing, setRemoving] = useState(false)
  const save = async () => {
    if (!(await submit()))
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true],[data-fault-summary]')?.focus())
  }
  return (
    <form
      ref={form}
      className={css.editor}
      noValidate
      onSubmit={e => {
        e.preventDefault()
        void save()
      }}
    >
      {head}
      <Faulty outcome={outcome} reload={reload} />
      <fieldset className={css.fields} disabled={readOnly}>
        {children}
      </fieldset>
      {!readOnly && (
        <div className={css.savebar}>
          <Button type="submit" loading={busy && !removing} disabled={!dirty && !isNew}>
            {t('save')}
          </Button>
          {back && (
            <Button variant="default" onClick={back}>
              {t('cancel')}
            </Button>
          )}
          {dirty && <span className="sub">{t('admin.unsaved')}</span>}
          <span className="grow" />
          {remove && (
            <Button variant="subtle" color="gray" leftSection={<Trash2 size={14} aria-hidden="true" />} onClick={() => setRemoving(true)}>
              {t('admin.remove')}
            </Button>
          )}
        </div>
      )}
      {remove && (
        <Modal
          opened={removing}
          onClose={() => setRemoving(false)}
          title={t('admin.remove_sure', { name: remove.name })}
          closeButtonProps={{ 'aria-label': t('close') }}
        >
          <p className="prose">{t('admin.remove_text')}</p>
          <div className="actions">
            <Button variant="default" onClick={() => setRemoving(false)}>
              {t('cancel')}
            </Button>
            <Button color="bad" loading={busy} onClick={() => void remove.run().finally(() => setRemoving(false))}>
              {t('admin.remove')}
            </Button>
          </div>
        </Modal>
      )}
      {dialog}
    </form>
  )
}

/** The way back to the list, and what is opened. */
export function Crumb({ back, list, title, children }: { back: () => void; list: string; title: string; children?: ReactNode }) {
  return (
    <div className={css.crumb}>
      <Button variant="subtle" color="gray" leftSection={<ArrowLeft size={14} aria-hidden="true" />} onClick={back}>
        {list}
      </Button>
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** What stands in the way of saving, and what was saved with a remark. */
function Faulty({ outcome, reload }: { outcome: Outcome | undefined; reload: () => void }) {
  const { t } = useT()
  const say = useProblemText()
  if (!outcome) return null
  const { faults, elsewhere, warnings, problem, saved } = outcome
  const lines: ReactNode[] = []
  for (const [where, text] of faults)
    lines.push(
      <li key={where}>
        {faultText(t, text)} {where && <code>{where}</code>}
      </li>,
    )
  for (const f of elsewhere)
    lines.push(
      <li key={`else ${f.where}`}>
        {faultText(t, f.text)} <code>{f.where}</code>
      </li>,
    )
  if (saved)
    return warnings.length ? (
      <div className={css.notice} role="status">
        <TriangleAlert size={16} aria-hidden="true" />
        <div>
          <b>{t('admin.saved_with')}</b>
          <ul>
            {warnings.map(w => (
              <li key={w.where}>{faultText(t, w.text)}</li>
            ))}
          </ul>
        </div>
      </div>
    ) : null
  if (!lines.length && !problem) return null
  return (
    <div className={css.notice} data-bad role="alert" tabIndex={-1} data-fault-summary>
      <TriangleAlert size={16} aria-hidden="true" />
      <div>
        <b>{problem && !lines.length ? say(problem) : t('admin.not_saved', { n: lines.length })}</b>
        {lines.length > 0 && <ul>{lines}</ul>}
        {problem?.kind === 'conflict' && (
          <Button variant="default" mt={8} onClick={reload}>
            {t('admin.load_theirs')}
          </Button>
        )}
      </div>
    </div>
  )
}

/** Asks before one leaves something unsaved, by a link here or by closing the tab. `allow` lets the next step pass. */
export function useLeaveGuard(dirty: boolean): { dialog: ReactNode; allow: () => void } {
  const { t } = useT()
  const held = useRef(dirty)
  useEffect(() => {
    held.current = dirty
  }, [dirty])
  const blocker = useBlocker({ shouldBlockFn: () => held.current, enableBeforeUnload: () => held.current, withResolver: true })
  const dialog = (
    <Modal
      opened={blocker.status === 'blocked'}
      onClose={() => blocker.reset?.()}
      title={t('admin.leave')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <p className="prose">{t('admin.leave_text')}</p>
      <div className="actions">
        <Button variant="default" onClick={() => blocker.proceed?.()}>
          {t('admin.leave_do')}
        </Button>
        <Button onClick={() => blocker.reset?.()}>{t('admin.leave_stay')}</Button>
      </div>
    </Modal>
  )
  return {
    dialog,
    allow: () => {
      held.current = false
    },
  }
}
