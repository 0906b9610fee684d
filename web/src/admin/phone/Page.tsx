import { type ComponentType, useState } from 'react'
import { useCan } from '../../app/session.ts'
import type { ConfigDocument, ConfigPhone, RulebookVersioned } from '../../gen/api.gen.ts'
import { type Key, useT } from '../../lib/i18n.ts'
import css from '../admin.module.css'
import { type Draft, useDraft } from '../draft.ts'
import { Frame, useLeaveGuard } from '../Frame.tsx'
import { type Outcome, useSaveDocument } from '../queries.ts'

export type PageProps = { draft: Draft<ConfigPhone>; document: ConfigDocument; readOnly: boolean }

/** A part of the phone section that is saved as a whole: recording, waiting, calls out. */
export function Page({ heading, config, Fields }: { heading: Key; config: RulebookVersioned; Fields: ComponentType<PageProps> }) {
  const { t } = useT()
  const can = useCan()
  const { draft, dirty, reset, setFaults } = useDraft<ConfigPhone>(config.document.phone, false)
  const [outcome, setOutcome] = useState<Outcome>()
  const save = useSaveDocument()
  const guard = useLeaveGuard(dirty)
  const readOnly = !can('config.write')
  const submit = async () => {
    const out = await save.mutateAsync({ config, document: { ...config.document, phone: draft.value }, at: 'phone' })
    setOutcome({ ...out, warnings: out.warnings.filter(w => w.where.startsWith('phone.')) })
    setFaults(out.faults)
    if (out.saved) reset(draft.value)
    return out.saved !== undefined
  }
  return (
    <>
      <h2 className={css.title}>{t(heading)}</h2>
      <Frame
        outcome={outcome}
        reload={() => reset(config.document.phone)}
        readOnly={readOnly}
        dirty={dirty}
        busy={save.isPending}
        submit={submit}
        dialog={guard.dialog}
      >
        <Fields draft={draft} document={config.document} readOnly={readOnly} />
      </Frame>
    </>
  )
}
