import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useUrl } from '../app/router.tsx'
import { useCan } from '../app/session.ts'
import type { RulebookVersioned } from '../gen/api.gen.ts'
import { useT } from '../lib/i18n.ts'
import { Empty } from '../ui/States.tsx'
import { useDraft } from './draft.ts'
import { Crumb, Frame, useLeaveGuard } from './Frame.tsx'
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
  const save = useSaveEntry(section.name)
  const remove = useRemoveEntry(section.name)
  const refresh = useRefresh()
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
    }
    return out.saved !== undefined
  }
  const leave = () =>
    remove.mutateAsync(source.id).then(
      () => {
        guard.allow()
        back()
      },
      () => undefined, // said by whatever asked the server
    )
  const takeTheirs = async () => {
    const now = await refresh()
    const theirs = (now?.document[section.name] as EntryOf<S>[] | undefined)?.find(e => e.id === source.id)
    setOutcome(undefined)
    if (theirs) reset(theirs)
  }
  const title = isNew ? t(section.one) : section.title(source, { document: config.document, t, locale })
  const Fields = section.Form
  return (
    <Frame
      head={
        <Crumb back={back} list={t(`admin.s.${section.name}`)} title={title}>
          {!isNew && section.Beside && <section.Beside entry={source} document={config.document} />}
        </Crumb>
      }
      outcome={outcome}
      reload={() => void takeTheirs()}
      readOnly={readOnly}
      dirty={dirty}
      isNew={isNew}
      busy={save.isPending || remove.isPending}
      submit={submit}
      back={back}
      remove={isNew ? undefined : { name: title, run: leave }}
      dialog={guard.dialog}
    >
      <Fields draft={draft} document={config.document} readOnly={readOnly} />
    </Frame>
  )
}
