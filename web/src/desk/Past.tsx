import { Modal } from '@mantine/core'
import type { ContactPastContact } from '../gen/api.gen.ts'
import { timeOrDate } from '../lib/dates.ts'
import { useT } from '../lib/i18n.ts'
import { ErrorState, Loading } from '../ui/States.tsx'
import css from './desk.module.css'
import { useContact } from './queries.ts'
import { Thread } from './Thread.tsx'

/** An earlier contact, to read. */
export default function Past({ past, title, close }: { past: ContactPastContact; title: string; close: () => void }) {
  const { t, locale } = useT()
  const contact = useContact(past.id)
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={`${title} · ${timeOrDate(locale, past.at_ms)}`}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className={css.pastThread}>
        {contact.error && <ErrorState what={t('conversation.failed')} error={contact.error} retry={() => void contact.refetch()} />}
        {!contact.data && !contact.error && <Loading rows={[3, 4, 5]} />}
        {contact.data && <Thread detail={contact.data} name={contact.data.contact.name || t('customer.unknown')} />}
      </div>
    </Modal>
  )
}
