import type { ConfigDocument, ConfigScript, IvrChoice, IvrPath, IvrStep } from '../../gen/api.gen.ts'
import { type Locale, locales, pick, type Translate } from '../../lib/i18n.ts'
import { nameOf } from '../words.ts'

/** The kinds of step in the order in which they are offered. */
export const kinds = [
  'say',
  'menu',
  'queue',
  'hours',
  'language',
  'identify',
  'callback',
  'record',
  'notice',
  'link',
  'outside',
  'survey',
  'end',
] as const
export type Kind = IvrStep['do']

/** Kinds with words of their own that must be there, may be there, or never are. */
export const speaks = (k: Kind): 'must' | 'may' | 'never' =>
  ['say', 'menu', 'language', 'identify', 'record'].includes(k) ? 'must' : k === 'hours' ? 'never' : 'may'

/** After these the next step in the list follows unless another is named. */
export const goesOn = (k: Kind) => !['menu', 'queue', 'outside', 'end'].includes(k)

/** A new step with a key of its own. */
export function newStep(kind: Kind, taken: string[], d: ConfigDocument): IvrStep {
  const base: Record<Kind, string> = {
    say: 'melding',
    menu: 'valg',
    queue: 'ko',
    hours: 'apningstid',
    language: 'sprak',
    identify: 'kunde',
    callback: 'ring-opp',
    record: 'opptak',
    notice: 'varsler',
    link: 'lenke',
    outside: 'sett-over',
    survey: 'sporsmal',
    end: 'avslutt',
  }
  let key = base[kind]
  for (let n = 2; taken.includes(key); n++) key = `${base[kind]}-${n}`
  const step: IvrStep = { key, do: kind, choices: [], needs: [] }
  if (kind === 'menu') step.choices = [{ press: '1' }, { press: '2' }]
  if (kind === 'language')
    step.choices = [{ press: '9', language: 'en', name: { nb: 'Engelsk', nn: 'Engelsk', sv: 'Engelska', en: 'English' } }]
  if (kind === 'identify') step.digits = 12
  if (kind === 'hours') step.hours = d.hours[0]?.key
  if (kind === 'record') {
    const purpose = d.phone.recording.purposes.find(p => p.basis !== 'none')
    step.purpose = purpose?.key
    step.basis = purpose?.basis === 'notice' ? 'notice' : 'consent'
  }
  return step
}

/** Takes over a step's new key wherever another step leads to it. */
export function renamed(steps: IvrStep[], from: string, to: string): IvrStep[] {
  const swap = (k: string | undefined) => (k === from && from !== '' ? to : k)
  return steps.map(s => ({
    ...s,
    ...(s.to && { to: swap(s.to) }),
    ...(s.closed && { closed: swap(s.closed) }),
    ...(s.after && { after: swap(s.after) }),
    ...(s.failed && { failed: swap(s.failed) }),
    choices: s.choices.map((c: IvrChoice) => ({ ...c, ...(c.to && { to: swap(c.to) }) })),
  }))
}

/** Moves one step up or down; its neighbours close the gap. */
export function moved<T>(list: T[], i: number, by: number): T[] {
  const j = i + by
  if (j < 0 || j >= list.length) return list
  const out = [...list]
  const [x] = out.splice(i, 1)
  if (x !== undefined) out.splice(j, 0, x)
  return out
}

/** The languages that callers of a script may hear: those of its lines, those they may choose, and those it has words in. */
export function spokenIn(script: ConfigScript, d: ConfigDocument): Locale[] {
  const used = new Set<string>([
    ...d.phone.lines.filter(l => l.script === script.key).map(l => l.language),
    ...script.steps.flatMap(s => s.choices.map(c => c.language ?? '')),
    ...script.steps.flatMap(s => Object.keys(s.text ?? {})),
  ])
  const out = locales.filter(l => used.has(l))
  return out.length ? out : ['nb']
}

/** What a step is called where others lead to it: «4. Velg (meny)». */
export function stepName(steps: IvrStep[], i: number, t: Translate): string {
  const s = steps[i]
  return s ? `${i + 1}. ${t(`telephony.do.${s.do}`)} (${s.key})` : ''
}

/** A step in one line: what is said, or what happens. */
export function stepLine(s: IvrStep, d: ConfigDocument, t: Translate, l: Locale): string {
  const words = pick(s.text ?? {}, l)
  const more: Partial<Record<Kind, string>> = {
    queue: s.queue ? nameOf(d.queues, s.queue) : t('telephony.step.own_queue'),
    callback: s.queue ? nameOf(d.queues, s.queue) : t('telephony.step.own_queue'),
    hours: s.hours ? nameOf(d.hours, s.hours) : t('telephony.step.queue_hours'),
    outside: s.number,
    link: s.url,
    menu: s.choices.map(c => `${c.press} ${pick(c.name ?? {}, l)}`.trim()).join(' · '),
    language: s.choices.map(c => `${c.press} ${pick(c.name ?? {}, l) || (c.language ?? '')}`.trim()).join(' · '),
  }
  return [more[s.do], words && `«${words}»`].filter(Boolean).join(' ')
}

/** One branch of the tree of paths: what happens, how long the words before it take, and what follows. */
export type Branch = { words: string; says: string; step: string; ms: number; end?: IvrPath; below: Branch[] }

/** Folds paths that begin alike into a tree, so that each step is told once. */
export function asTree(paths: IvrPath[]): Branch[] {
  const top: Branch[] = []
  for (const path of paths) {
    let level = top
    let ms = 0
    const ends = path.end === 'queue' // the last hop is the queue itself, which its end tells
    for (const h of ends ? path.hops.slice(0, -1) : path.hops) {
      ms += h.spoken_ms
      let b = level.find(x => x.step === h.step && x.words === h.happens && !x.end)
      if (!b) {
        b = { words: h.happens, says: h.says ?? '', step: h.step, ms, below: [] }
        level.push(b)
      }
      level = b.below
    }
    level.push({ words: '', says: '', step: '', ms: path.spoken_ms, end: path, below: [] })
  }
  return top
}

/** Follows a branch as long as nothing divides, so that the tree is no deeper than there are choices. */
export function straight(b: Branch): Branch[] {
  const out = [b]
  let last = b
  while (last.below.length === 1 && last.below[0]) {
    last = last.below[0]
    out.push(last)
  }
  return out
}
