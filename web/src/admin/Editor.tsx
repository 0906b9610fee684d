import { Button, Modal } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { ArrowLeft, Trash2, TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useUrl } from '../app/router.tsx'
import { useCan } from '../app/session.ts'
import type { RulebookVersioned } from '../gen/api.gen.ts'
import { useT } from '../lib/i18n.ts'
import { Empty, useProblemText } from '../ui/States.tsx'
import css from './admin.module.css'
import { useDraft } from './draft.ts'
import { faultText } from './faults.ts'
import { type EntryOf, type Outcome, type SectionName, useRefresh, useRemoveEntry, useSaveEntry } from './queries.ts'
import type { Section } from './section.ts'

/** Opens one entry of a section, or a new one. */
export function Editor<S extends SectionName>({ section, config, id }: { section: Section<S>; config: RulebookVersioned; id: string }) {
  const { t } = useT()
  const [, go] = useUrl()
  const [made] = useState(() => section.make(config.document))
  const found = (config.document[section.name] as EntryOf<S>[]).find(e => String(e.id) === id)
  const source = id === 'new' ? made : found
  if (!source)
    return (
      <Empty
        icon={section.icon}
        title={t('problem.missing')}
        action={<Button onClick={() => go({ id: undefined })}>{t(`admin.s.${section.name}`)}</Button>}
      />
    )
  return <Form key={id} section={section} config={config} source={source} isNew={id === 'new'} />
}

function Form<S extends SectionName>({
  section,
  config,
  source,
  isNew,
}: {
  section: Section<S>
  config: RulebookVersioned
  source: EntryOf<S>
  isNew: boolean
}) {
  const { t, locale } = useT()
  const can = useCan()
  const [, go] = useUrl()
  const { draft, dirty, reset, setFaults } = useDraft<EntryOf<S>>(source, isNew)
  const [outcome, setOutcome] = useState<Outcome>()
  const base = useRef(config.version)
  const form = useRef<HTMLFormElement>(null)
  const save = useSaveEntry(section.name)
  const remove = useRemoveEntry(section.name)
  const refresh = useRefresh()
  const [removing, setRemoving] = useState(false)
  const readOnly = !can(section.action ?? 'config.write')
  const guard = useLeaveGuard(dirty)
  useEffect(() => {
    if (!dirty) base.current = config.version
  }, [dirty, config.version])
  const back = () => go({ id: undefined })
  const submit = async () => {
    const out = await save.mutateAsync({ config: { ...config, version: base.current }, entry: draft.value })
    setOutcome(out)
    setFaults(out.faults)
    if (out.saved) {
      reset(draft.value)
      guard.allow()
      if (out.warnings.length || (isNew && section.Beside)) go({ id: String(out.saved.id) }, true)
      else back()
    } else requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true],[data-fault-summary]')?.focus())
  }
  const takeTheirs = async () => {
    const now = await refresh()
    const theirs = (now?.document[section.name] as EntryOf<S>[] | undefined)?.find(e => e.id === source.id)
    setOutcome(undefined)
    if (theirs) reset(theirs)
  }
  const title = isNew ? t(section.one) : section.title(source, { document: config.document, t, locale })
  const Fields = section.Form
  return (
    <form
      ref={form}
      className={css.editor}
      noValidate
      onSubmit={e => {
        e.preventDefault()
        void submit()
      }}
    >
      <div className={css.crumb}>
        <Button variant="subtle" color="gray" leftSection={<ArrowLeft size={14} aria-hidden="true" />} onClick={back}>
          {t(`admin.s.${section.name}`)}
        </Button>
        <h2>{title}</h2>
        {!isNew && section.Beside && <section.Beside entry={source} document={config.document} />}
      </div>
      <Faulty outcome={outcome} reload={() => void takeTheirs()} />
      <fieldset className={css.fields} disabled={readOnly}>
        <Fields draft={draft} document={config.document} readOnly={readOnly} />
      </fieldset>
      {!readOnly && (
        <div className={css.savebar}>
          <Button type="submit" loading={save.isPending} disabled={!dirty && !isNew}>
            {t('save')}
          </Button>
          <Button variant="default" onClick={back}>
            {t('cancel')}
          </Button>
          {dirty && <span className="sub">{t('admin.unsaved')}</span>}
          <span className="grow" />
          {!isNew && (
            <Button variant="subtle" color="gray" leftSection={<Trash2 size={14} aria-hidden="true" />} onClick={() => setRemoving(true)}>
              {t('admin.remove')}
            </Button>
          )}
        </div>
      )}
      <Modal
        opened={removing}
        onClose={() => setRemoving(false)}
        title={t('admin.remove_sure', { name: title })}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <p className="prose">{t('admin.remove_text')}</p>
        <div className="actions">
          <Button variant="default" onClick={() => setRemoving(false)}>
            {t('cancel')}
          </Button>
          <Button
            color="bad"
            loading={remove.isPending}
            onClick={() =>
              remove.mutate(source.id, {
                onSuccess: () => {
                  setRemoving(false)
                  guard.allow()
                  back()
                },
                onError: () => setRemoving(false),
              })
            }
          >
            {t('admin.remove')}
          </Button>
        </div>
      </Modal>
      {guard.dialog}
    </form>
  )
}

/** What stands in the way of saving, and what was saved with a remark. */
export function Faulty({ outcome, reload }: { outcome: Outcome | undefined; reload?: () => void }) {
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
        {problem?.kind === 'conflict' && reload && (
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
