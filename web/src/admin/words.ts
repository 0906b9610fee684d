import type { ConfigDocument, ConfigGrantText, ConfigNeedText, ConfigQueue, ConfigStep } from '../gen/api.gen.ts'
import { num } from '../lib/format.ts'
import { type Locale, pick, type Translate } from '../lib/i18n.ts'

/** The channels in the order of the screens. */
export const channels = ['phone', 'chat', 'email', 'messenger', 'form', 'visit', 'callback', 'bot'] as const
export const roles = ['agent', 'leader', 'analyst', 'planner', 'administrator', 'privacy'] as const
export const scopes = ['organisation', 'brand', 'team', 'queue', 'partner'] as const
export const formulas = [
  'answered_of_offered',
  'answered_of_answered',
  'answered_or_abandoned_of_offered',
  'connect',
  'genesys',
  'genesys_short_off',
  'genesys_abandons_off',
  'cisco_ignored',
  'cisco_negative',
  'cisco_positive',
] as const

/** A name inside a sentence: its first letter is small unless it is an abbreviation such as API. */
export const inSentence = (name: string) => (/^\p{Lu}\p{Lu}/u.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1))

export type Choice = { value: string; label: string }

/** The units that a length of time is written in. */
export const units = [
  { s: 1, key: 'admin.unit.s' },
  { s: 60, key: 'admin.unit.min' },
  { s: 3600, key: 'admin.unit.h' },
  { s: 86_400, key: 'admin.unit.d' },
] as const

/** The largest unit that writes a number of seconds as a whole number. */
export const unitOf = (seconds: number) => (seconds > 0 ? ([...units].reverse().find(u => seconds % u.s === 0) ?? units[0]) : units[0])

type Named = { key: string; name: string }
type Worded = { key: string; name: Record<string, string> }

export const namedChoices = (list: Named[]): Choice[] => list.map(e => ({ value: e.key, label: e.name }))
export const wordedChoices = (list: Worded[], l: Locale): Choice[] => list.map(e => ({ value: e.key, label: pick(e.name, l) || e.key }))
export const channelChoices = (t: Translate): Choice[] => channels.map(c => ({ value: c, label: t(`channel.${c}`) }))
export const nameOf = (list: Named[], key: string | undefined) => list.find(e => e.key === key)?.name ?? key ?? ''
export const wordOf = (list: Worded[], key: string, l: Locale) => pick(list.find(e => e.key === key)?.name ?? {}, l) || key

/** Strøm 4 · Norsk 5 */
export const needsText = (needs: ConfigNeedText[], d: ConfigDocument, l: Locale) =>
  needs.map(n => `${wordOf(d.skills, n.skill, l)} ${n.level}`).join(' · ')

/** A length of time exactly as it is set: 90 s is never told as 2 min. */
export function exactly(seconds: number, t: Translate, l: Locale): string {
  const u = unitOf(seconds)
  return `${num(l, seconds / u.s)} ${t(u.key)}`
}

/** Leder for Kraft */
export function grantText(g: ConfigGrantText, d: ConfigDocument, t: Translate): string {
  const role = t(`admin.role.${g.role}`)
  if (g.scope === 'organisation') return role
  return t('admin.role_in', { role, where: nameOf(scopeEntries(d, g.scope), g.key) })
}

/** What a scope may point at. */
export function scopeEntries(d: ConfigDocument, scope: ConfigGrantText['scope']): Named[] {
  return { organisation: [], brand: d.brands, team: d.teams, queue: d.queues, partner: d.partners }[scope]
}

/** Who a step turns to, in words. */
export function stepPeople(s: ConfigStep, d: ConfigDocument, t: Translate): string {
  if (s.all_hands) return t('admin.queue.all_hands_short')
  const names = [...s.teams.map(k => nameOf(d.teams, k)), ...s.partners.map(k => nameOf(d.partners, k))]
  return names.length ? names.join(', ') : t('admin.queue.house')
}

/** A step as one sentence: from when, to whom, and what it takes. */
export function stepSentence(s: ConfigStep, d: ConfigDocument, t: Translate, l: Locale): string {
  const people = stepPeople(s, d, t)
  const when = s.after_s === 0 ? t('admin.queue.at_once') : t('admin.queue.after', { time: exactly(s.after_s, t, l) })
  const needs = needsText(s.needs, d, l)
  return needs ? t('admin.queue.step_says', { when, people, needs }) : t('admin.queue.step_says_any', { when, people })
}

/** The active agents who could take a contact of the queue at a step: right team or partner, every skill at its level, and a channel of the queue within
 * what they carry. It is what the rule book allows; who is at work right now is another matter (the preview tells). */
export function qualified(s: ConfigStep, q: ConfigQueue, d: ConfigDocument): string[] {
  const partnerOf = new Map(d.teams.map(m => [m.key, m.partner ?? '']))
  const carries = new Map(d.capacities.map(c => [c.key, new Set(c.channels.filter(x => x.max > 0).map(x => x.channel as string))]))
  return d.people
    .filter(p => {
      if (!p.active || !p.roles.some(r => r.role === 'agent')) return false
      const partner = partnerOf.get(p.team ?? '') ?? ''
      const admitted =
        s.all_hands ||
        s.partners.includes(partner) ||
        (partner === '' && s.teams.length === 0 && s.partners.length === 0) ||
        (!!p.team && s.teams.includes(p.team))
      const able = s.needs.every(n => p.skills.some(k => k.skill === n.skill && k.level >= n.level))
      return admitted && able && q.channels.some(c => carries.get(p.capacity ?? '')?.has(c))
    })
    .map(p => p.key)
}
