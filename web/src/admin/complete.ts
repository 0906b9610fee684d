const lists = new Set([
  ...[
    'markets',
    'brands',
    'partners',
    'skills',
    'capacities',
    'hours',
    'teams',
    'queues',
    'reasons',
    'pauses',
    'canned',
    'lending',
    'people',
  ],
  ...[
    'roles',
    'channels',
    'beside',
    'parked_by',
    'week',
    'periods',
    'exceptions',
    'steps',
    'needs',
    'partners',
    'origins',
    'topics',
    'priority_credit_s',
    'trunks',
    'lines',
    'scripts',
    'accounts',
    'notices',
    'purposes',
    'rules',
    'sources',
    'codecs',
    'choices',
  ],
])
const texts = new Set(['greeting', 'name', 'title', 'text'])

/** Puts an empty list, or no words, where a document written by an older version or by hand says nothing at all. */
export function complete<T>(value: T, key = ''): T {
  if (value === null) return (lists.has(key) ? [] : texts.has(key) ? {} : value) as T
  if (Array.isArray(value)) return value.map(v => complete(v)) as T
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, complete(v, k)])) as T
}
