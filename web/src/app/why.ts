import type { ContactWhy } from '../gen/api.gen.ts'
import { span } from '../lib/format.ts'
import type { Key, Translate } from '../lib/i18n.ts'

/** The engine's reason for an offer, told in sentences: why this contact, why this agent, and who was passed over. */
export function whySentences(t: Translate, why: ContactWhy): string[] {
  const out = [t(`why.${why.rule}`)]
  if (why.waited_ms >= 1000) out.push(t('why.waited', { time: span(t, why.waited_ms) }))
  if (why.rule === 'best_fit' || why.rule === 'worst_off' || why.rule === 'age_guarantee') {
    if (why.candidates > 1) out.push(t('why.candidates', { n: why.candidates }))
    else out.push(t('why.only_you'))
  }
  if (why.free_ms >= 1000) out.push(t('why.free', { time: span(t, why.free_ms) }))
  if (why.step > 0) out.push(t('why.step', { n: why.step + 1 }))
  if (why.overtaken_contact_id)
    out.push(t('why.overtaken', { id: `#${why.overtaken_contact_id}`, because: overtaken(t, why.overtaken_because) }))
  return out
}

const codes: Record<string, Key> = {
  not_qualified: 'why.code.not_qualified',
  excluded_agent: 'why.code.excluded_agent',
  reserved_for: 'why.code.reserved_for',
  not_yet_due: 'why.code.not_yet_due',
  no_room: 'why.code.no_room',
  not_reachable: 'why.code.not_reachable',
}
const overtaken = (t: Translate, code?: string) => t(codes[code ?? ''] ?? 'why.code.other')
