import { useT } from '../lib/i18n.ts'
import { readable } from './numbers.ts'
import { usePhone } from './phone.ts'

/** What is known of the call behind an offer before it is answered: the number, and what was chosen in the menu. */
export default function OfferCall({ contact }: { contact: number }) {
  const { t } = useT()
  const call = usePhone().calls.find(c => c.contact_id === contact)
  if (!call) return null
  return (
    <p className="offer-text num">
      {[call.number ? readable(call.number) : t('phone.withheld'), ...call.menu].filter(Boolean).join(' · ')}
    </p>
  )
}
