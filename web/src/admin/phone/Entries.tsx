import { Button, Modal } from '@mantine/core'
import { ArrowLeft, Plus, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { useUrl } from '../../app/router.tsx'
import { useCan } from '../../app/session.ts'
import type { ConfigDocument, RulebookVersioned } from '../../gen/api.gen.ts'
import { useT } from '../../lib/i18n.ts'
import { Empty } from '../../ui/States.tsx'
import css from '../admin.module.css'
import { useDraft } from '../draft.ts'
import { Faulty, useLeaveGuard } from '../Editor.tsx'
import { type Outcome, useRefresh, useSaveDocument } from '../queries.ts'
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
          <table className={css.table}>
            <caption className="vh">{t(section.heading)}</caption>
            <thead>
              <tr>
                <th scope="col">{t('admin.name')}</th>
                {section.columns.map(c => (
                  <th key={c.head} scope="col" className={c.wide ? 'hide-s' : undefined}>
                    {t(c.head)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {list.map(e => (
                <tr key={e.id}>
                  <th scope="row">
                    <button type="button" className={css.open} onClick={() => go({ id: String(e.id) })}>
                      {section.title(e, about)}
                    </button>
                  </th>
                  {section.columns.map(c => (
                    <td key={c.head} className={c.wide ? 'hide-s' : undefined}>
                      {c.cell(e, about)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
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
  const [removing, setRemoving] = useState(false)
  const form = useRef<HTMLFormElement>(null)
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
    } else requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true],[data-fault-summary]')?.focus())
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
    setRemoving(false)
    setOutcome(out)
    if (out.saved) {
      guard.allow()
      back()
    }
  }
  const title = isNew ? t(section.one) : section.title(source, { document: config.document, t, locale })
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
          {t(section.heading)}
        </Button>
        <h2>{title}</h2>
      </div>
      <Faulty
        outcome={outcome}
        reload={() =>
          void refresh().then(now => {
            const theirs = now && listOf(now.document, section.name).find(e => e.id === source.id)
            setOutcome(undefined)
            if (theirs) reset(theirs)
          })
        }
      />
      <fieldset className={css.fields} disabled={readOnly}>
        <section.Form draft={draft} document={config.document} readOnly={readOnly} />
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
          <Button color="bad" loading={save.isPending} onClick={() => void remove()}>
            {t('admin.remove')}
          </Button>
        </div>
      </Modal>
      {guard.dialog}
    </form>
  )
}
