import { useT } from '../lib/i18n.ts'
import { readable } from './numbers.ts'
import { usePhone } from './phone.ts'

/**
 * What is known of the call behind an offer before it is answered: the number, and what was chosen in the menu. The line is there before the words are: the
 * offer and the call come by different ways, and a button that moves under the hand is missed.
 */
export default function OfferCall({ contact }: { contact: number }) {
  const { t } = useT()
  const call = usePhone().calls.find(c => c.contact_id === contact)
  const words = call && [call.number ? readable(call.number) : t('phone.withheld'), ...call.menu].filter(Boolean).join(' · ')
  return <p className="offer-text num">{words ?? '\u00a0'}</p>
}
