import { Button } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useUrl } from '../../app/router.tsx'
import { useCan } from '../../app/session.ts'
import type { ConfigDocument, RulebookVersioned } from '../../gen/api.gen.ts'
import { useT } from '../../lib/i18n.ts'
import { Empty } from '../../ui/States.tsx'
import css from '../admin.module.css'
import { useDraft } from '../draft.ts'
import { Crumb, Frame, useLeaveGuard } from '../Frame.tsx'
import { type Outcome, useRefresh, useSaveDocument } from '../queries.ts'
import { Rows } from '../Rows.tsx'
import type { About } from '../section.ts'
import type { ListName, PhoneEntry, PhoneSection } from './section.ts'

type Props<N extends ListName> = { section: PhoneSection<N>; config: RulebookVersioned }

const listOf = <N extends ListName>(d: ConfigDocument, name: N) => d.phone[name] as PhoneEntry<N>[]
const withList = <N extends ListName>(d: ConfigDocument, name: N, list: PhoneEntry<N>[]): ConfigDocument => ({
  ...d,
  phone: { ...d.phone, [name]: list },
})

/** Every entry of a phone section, or the one that is opened. */
export function Entries<N extends ListName>({ section, config }: Props<N>) {
  const { t, locale } = useT()
  const [url, go] = useUrl()
  const can = useCan()
  const about: About = { document: config.document, t, locale }
  const [made] = useState(() => section.make(about))
  const list = listOf(config.document, section.name)
  if (url.id) {
    const source = url.id === 'new' ? made : list.find(e => String(e.id) === url.id)
    if (!source)
      return (
        <Empty
          icon={section.icon}
          title={t('problem.missing')}
          action={<Button onClick={() => go({ id: undefined })}>{t(section.heading)}</Button>}
        />
      )
    return <Form key={url.id} section={section} config={config} source={source} isNew={url.id === 'new'} />
  }
  const add = can('config.write') && (
    <Button leftSection={<Plus size={14} aria-hidden="true" />} onClick={() => go({ id: 'new' })}>
      {t(section.one)}
    </Button>
  )
  return (
    <>
      <h2 className={css.title}>{t(section.heading)}</h2>
      {list.length > 0 && (
        <div className={css.tools}>
          <p className={css.hint}>{t(section.text)}</p>
          <span className="grow" />
          {add}
        </div>
      )}
      {!list.length && (
        <Empty
          icon={section.icon}
          title={t('admin.none', { what: t(section.heading).toLowerCase() })}
          text={t(section.text)}
          action={add || undefined}
        />
      )}
      {list.length > 0 && (
        <div className={css.tablebox}>
          <Rows
            caption={t(section.heading)}
            rows={list}
            columns={section.columns}
            about={about}
            title={section.title}
            open={e => go({ id: String(e.id) })}
          />
        </div>
      )}
    </>
  )
}

function Form<N extends ListName>({ section, config, source, isNew }: Props<N> & { source: PhoneEntry<N>; isNew: boolean }) {
  const { t, locale } = useT()
  const can = useCan()
  const [, go] = useUrl()
  const { draft, dirty, reset, setFaults } = useDraft<PhoneEntry<N>>(source, isNew)
  const [outcome, setOutcome] = useState<Outcome>()
  const save = useSaveDocument()
  const refresh = useRefresh()
  const readOnly = !can('config.write')
  const guard = useLeaveGuard(dirty)
  const list = listOf(config.document, section.name)
  const back = () => go({ id: undefined })
  const index = isNew ? list.length : list.findIndex(e => e.id === source.id)
  const submit = async () => {
    const next = [...list]
    next[index] = draft.value
    const out = await save.mutateAsync({
      config,
      document: withList(config.document, section.name, next),
      at: `phone.${section.name}[${index}]`,
    })
    const told = { ...out, warnings: out.warnings.filter(w => w.where.startsWith(`phone.${section.name}[${index}]`)) }
    setOutcome(told)
    setFaults(out.faults)
    if (out.saved) {
      reset(draft.value)
      guard.allow()
      if (!told.warnings.length || isNew) back()
    }
    return out.saved !== undefined
  }
  const remove = async () => {
    const out = await save.mutateAsync({
      config,
      document: withList(
        config.document,
        section.name,
        list.filter(e => e.id !== source.id),
      ),
      at: '',
    })
    setOutcome(out)
    if (out.saved) {
      guard.allow()
      back()
    }
  }
  const takeTheirs = async () => {
    const now = await refresh()
    const theirs = now && listOf(now.document, section.name).find(e => e.id === source.id)
    setOutcome(undefined)
    if (theirs) reset(theirs)
  }
  const title = isNew ? t(section.one) : section.title(source, { document: config.document, t, locale })
  return (
    <Frame
      head={<Crumb back={back} list={t(section.heading)} title={title} />}
      outcome={outcome}
      reload={() => void takeTheirs()}
      readOnly={readOnly}
      dirty={dirty}
      isNew={isNew}
      busy={save.isPending}
      submit={submit}
      back={back}
      remove={isNew ? undefined : { name: title, run: remove }}
      dialog={guard.dialog}
    >
      <section.Form draft={draft} document={config.document} readOnly={readOnly} />
    </Frame>
  )
}
