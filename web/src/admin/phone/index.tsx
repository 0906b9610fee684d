import type { RulebookVersioned } from '../../gen/api.gen.ts'
import { useT } from '../../lib/i18n.ts'
import css from '../admin.module.css'
import { alsoKnown } from '../faults.ts'
import { accounts } from './accounts.tsx'
import { Entries } from './Entries.tsx'
import { patterns } from './faults.ts'
import { lines } from './lines.tsx'
import { notices } from './notices.tsx'
import { Outbound } from './outbound.tsx'
import { Page } from './Page.tsx'
import { Prompts } from './prompts.tsx'
import { Recording } from './recording.tsx'
import { scripts } from './scripts.tsx'
import { Texts } from './texts.tsx'
import { trunks } from './trunks.tsx'
import { Waiting } from './waiting.tsx'

alsoKnown(patterns)

/** The phone's part of administration: numbers, voice menus, trunks, sounds, recording, waiting, calls out, text messages and desk phones. */
export default function Telephony({ place, config }: { place: string; config: RulebookVersioned }) {
  const { t } = useT()
  switch (place) {
    case 'phone-lines':
      return <Entries section={lines} config={config} />
    case 'phone-scripts':
      return <Entries section={scripts} config={config} />
    case 'phone-trunks':
      return <Entries section={trunks} config={config} />
    case 'phone-notices':
      return <Entries section={notices} config={config} />
    case 'phone-accounts':
      return <Entries section={accounts} config={config} />
    case 'phone-wait':
      return <Page heading="admin.s.phone-wait" config={config} Fields={Waiting} />
    case 'phone-recording':
      return <Page heading="admin.s.phone-recording" config={config} Fields={Recording} />
    case 'phone-outbound':
      return <Page heading="admin.s.phone-outbound" config={config} Fields={Outbound} />
    case 'phone-texts':
      return <Page heading="admin.s.phone-texts" config={config} Fields={Texts} />
    default:
      return (
        <>
          <h2 className={css.title}>{t('admin.s.phone-prompts')}</h2>
          <Prompts document={config.document} />
        </>
      )
  }
}
