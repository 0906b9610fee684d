import type { Key, Translate } from '../lib/i18n.ts'

/** What is wrong in a form, by the path of its field: `steps[1].after_s`. The empty path is the entry as a whole. */
export type Faults = ReadonlyMap<string, string>
type Fault = { where: string; text: string }

/** The path below `at`, or undefined when the fault is somewhere else. A refusal by the request's own schema stands below `body`. */
export function whereIn(where: string, at: string): string | undefined {
  const path = where.replace(/^body\.?/, '')
  if (at === '' || path === at) return path === at ? '' : path
  if (path.startsWith(`${at}.`)) return path.slice(at.length + 1)
  return path.startsWith(`${at}[`) ? path.slice(at.length) : undefined
}

/** Sorts faults into those of the form's own fields and those elsewhere in the configuration. */
export function faultsOf(list: Fault[], at: string): { faults: Faults; elsewhere: Fault[] } {
  const faults = new Map<string, string>()
  const elsewhere: Fault[] = []
  for (const f of list) {
    const path = whereIn(f.where, at) ?? (f.where.startsWith('body.') && !/^body\.\w+\[/.test(f.where) ? f.where.slice(5) : undefined)
    if (path === undefined || f.where === '') elsewhere.push(f)
    else if (!faults.has(path)) faults.set(path, f.text)
  }
  return { faults, elsewhere }
}

/** Without the faults of the fields that have been changed since. */
export function withoutChanged(faults: Faults, fields: string[]): Faults {
  if (!faults.size) return faults
  const out = new Map(
    [...faults].filter(([path]) => path !== '' && !fields.some(f => path === f || path.startsWith(`${f}.`) || path.startsWith(`${f}[`))),
  )
  return out.size === faults.size ? faults : out
}

/** The server's words for what is wrong, each with ours. What is not here is told in the server's own. */
export type Pattern = [RegExp, Key, ...string[]]
const patterns: Pattern[] = [
  [/^must not be empty|length >= 1$/, 'admin.fault.empty'],
  [/^-?\d+ must be from (-?\d+) to (-?\d+)$/, 'admin.fault.range', 'low', 'high'],
  [/expected number (?:>=|<=) (-?\d+)/, 'admin.fault.limit', 'limit'],
  [/expected length <= (\d+)/, 'admin.fault.long', 'limit'],
  [/^".*" is used twice/, 'admin.fault.twice'],
  [/stands twice$/, 'admin.fault.twice'],
  [
    /^must name one of|must name at least one|is not one of|must be one of|expected value to be one of|^there must be at least one/,
    'admin.fault.choose',
  ],
  [/is not an e-mail address|RFC 5322 email/, 'admin.fault.email'],
  [/^is the address of "(.*)" already$/, 'admin.fault.email_taken', 'name'],
  [/^is the widget key of "(.*)" already$/, 'admin.fault.widget_taken', 'name'],
  [/lower-case letters|match pattern \^\[a-z0-9/, 'admin.fault.key'],
  [/must be a colour|match pattern \^#/, 'admin.fault.colour'],
  [/must be a site such as/, 'admin.fault.site'],
  [/must have words in at least one/, 'admin.fault.words'],
  [/must be a date such as/, 'admin.fault.date'],
  [/is its own ancestor/, 'admin.fault.loop'],
  [/the first step begins at 0/, 'admin.fault.first_step'],
  [/must come after the step before it \((\d+)\)/, 'admin.fault.step_order', 'before'],
  [/which the step before did not: steps only relax/, 'admin.fault.step_needs'],
  [/leaves out people that the step before admits/, 'admin.fault.step_people'],
  [/has dropped the contact's own needs already/, 'admin.fault.step_drop'],
  [/must be at least wrap_up_s \((\d+)\)/, 'admin.fault.wrap_up', 'least'],
  [/must be above open_below_percent \((\d+)\)/, 'admin.fault.flap', 'below'],
  [/is less than the priority before it/, 'admin.fault.priority'],
  [/time zone/, 'admin.fault.zone'],
  [/answers contacts but is in no team/, 'admin.fault.no_team'],
  [/is below the target of \d+: the queue is served oldest first/, 'admin.fault.guarantee'],
  [/cannot be changed: other entries refer to it/, 'admin.fault.key_fixed'],
  [/period|hours|clock|overlap|o'clock/, 'admin.fault.period'],
]

/** Adds what a part of the face knows besides; its own come first. */
export const alsoKnown = (more: Pattern[]) => {
  if (!patterns.includes(more[0] as Pattern)) patterns.unshift(...more)
}

/** Says a fault in the reader's language where we know it. */
export function faultText(t: Translate, text: string): string {
  for (const [pattern, key, ...names] of patterns) {
    const m = pattern.exec(text)
    if (m) return t(key, Object.fromEntries(names.map((n, i) => [n, m[i + 1] ?? ''])))
  }
  return text
}
