import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { meQuery, namesQuery } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import type { ConfigDocument, ConfigFault, RulebookVersioned } from '../gen/api.gen.ts'
import { api, asProblem, type Problem } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
import { useProblemText } from '../ui/States.tsx'
import { complete } from './complete.ts'
import { type Faults, faultsOf, whereIn } from './faults.ts'

/** The lists of the configuration that are edited one entry at a time. */
export const sectionNames = [
  'people',
  'teams',
  'skills',
  'capacities',
  'partners',
  'queues',
  'hours',
  'reasons',
  'pauses',
  'canned',
  'brands',
  'markets',
] as const
export type SectionName = (typeof sectionNames)[number]
export type EntryOf<S extends SectionName> = ConfigDocument[S][number]

/** The whole configuration and its version: every list and every form of this face reads it, so that they never disagree. */
export const configQuery = queryOptions({
  queryKey: ['config'],
  queryFn: async () => {
    const { version, document } = await api('GET /api/config')
    return { version, document: complete(document) }
  },
  staleTime: 5000,
})

/** Fetches anew what a change of the configuration may have changed. */
export function useRefresh() {
  const client = useQueryClient()
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: configQuery.queryKey }),
      client.invalidateQueries({ queryKey: ['config-changes'] }),
      client.invalidateQueries({ queryKey: namesQuery.queryKey }),
      client.invalidateQueries({ queryKey: meQuery.queryKey }),
    ])
    return client.getQueryData<RulebookVersioned>(configQuery.queryKey)
  }
}

/** What an attempt to save came to: saved, or what is wrong and where. */
export type Outcome = {
  saved?: { id: number; key: string }
  faults: Faults
  elsewhere: ConfigFault[]
  warnings: ConfigFault[]
  problem?: Problem
}
const nothingWrong: Outcome = { faults: new Map(), elsewhere: [], warnings: [] }

/** The document with one entry put in its place, or at the end. */
export function withEntry<S extends SectionName>(
  d: ConfigDocument,
  section: S,
  entry: EntryOf<S>,
): { document: ConfigDocument; index: number } {
  const list = [...d[section]] as EntryOf<S>[]
  const at = list.findIndex(e => e.id === entry.id && entry.id !== 0)
  const index = at < 0 ? list.length : at
  list[index] = entry
  return { document: { ...d, [section]: list }, index }
}

/**
 * Saves one entry. The whole document is checked with it first, so that everything wrong is told at once and at its field; then the entry alone is
 * written, refused when somebody has changed the same entry since `base`.
 */
export function useSaveEntry<S extends SectionName>(section: S) {
  const { t } = useT()
  const refresh = useRefresh()
  return useMutation({
    mutationFn: async ({ config, entry }: { config: RulebookVersioned; entry: EntryOf<S> }): Promise<Outcome> => {
      const { document, index } = withEntry(config.document, section, entry)
      const at = `${section}[${index}]`
      try {
        const review = await api('POST /api/config/check', { body: document })
        const { faults, elsewhere } = faultsOf(review.errors, at)
        const warnings = review.warnings.filter(w => whereIn(w.where, at) !== undefined)
        if (faults.size || elsewhere.length) return { faults, elsewhere, warnings }
        const saved = await write(section, entry, config.version)
        const now = await refresh()
        if (now?.version === config.version + 1) savedToast(t('admin.saved'), t('undo'), now.version, refresh)
        else toast(t('admin.saved'))
        return { ...nothingWrong, warnings, saved }
      } catch (e) {
        return refused(e, at)
      }
    },
  })
}

/** What the server would not take. Where somebody else has been quicker, that is all there is to say. */
function refused(e: unknown, at: string): Outcome {
  const problem = asProblem(e)
  if (problem.kind === 'conflict') return { ...nothingWrong, problem }
  return { ...faultsOf(problem.errors, at), warnings: [], problem }
}

function write<S extends SectionName>(section: S, entry: EntryOf<S>, base: number): Promise<{ id: number; key: string }> {
  // One route stands for twelve: they are alike in all but the entry's type.
  if (entry.id)
    return api(`PUT /api/config/${section}/{id}` as 'PUT /api/config/partners/{id}', {
      path: { id: entry.id },
      query: { base },
      body: entry as never,
    })
  return api(`POST /api/config/${section}` as 'POST /api/config/partners', { body: entry as never })
}

function savedToast(saved: string, undo: string, version: number, refresh: () => Promise<unknown>) {
  const run = () =>
    void api('POST /api/config/undo', { body: { version }, keepalive: true }).then(refresh, () => toast(undo, { level: 'bad' }))
  toast(saved, { id: 'config-saved', ms: 8000, action: { label: undo, run } })
}

/** Removes one entry that nothing refers to. */
export function useRemoveEntry(section: SectionName) {
  const { t } = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (id: number) => api(`DELETE /api/config/${section}/{id}` as 'DELETE /api/config/partners/{id}', { path: { id } }),
    onSuccess: async () => {
      const now = await refresh()
      if (now) savedToast(t('admin.removed'), t('undo'), now.version, refresh)
    },
    onError: e => {
      const p = asProblem(e)
      const document = client.getQueryData<RulebookVersioned>(configQuery.queryKey)?.document
      const user = document && p.errors[0] && userOf(p.errors[0].where, document)
      toast(user ? t('admin.still_used', { section: t(`admin.s.${user.section}`), name: user.name }) : say(e), { level: 'bad', ms: 12_000 })
    },
  })
}

/** The entry that a fault stands in: the one that still refers to what was to be removed. */
export function userOf(where: string, d: ConfigDocument): { section: SectionName; name: string } | undefined {
  const m = /^(\w+)\[(\d+)\]/.exec(where)
  const section = sectionNames.find(s => s === m?.[1])
  const entry = section && (d[section] as { key: string; name?: unknown }[])[Number(m?.[2])]
  return section && entry ? { section, name: typeof entry.name === 'string' ? entry.name : entry.key } : undefined
}

/** Writes the whole document; the parts without entries of their own (organisation, rules, lending) are changed so. */
export function useSaveDocument() {
  const { t } = useT()
  const refresh = useRefresh()
  return useMutation({
    mutationFn: async ({
      config,
      document,
      at,
      note,
    }: {
      config: RulebookVersioned
      document: ConfigDocument
      at: string
      note?: string
    }): Promise<Outcome> => {
      try {
        const review = await api('POST /api/config/check', { body: document })
        const { faults, elsewhere } = faultsOf(review.errors, at)
        if (faults.size || elsewhere.length) return { faults, elsewhere, warnings: review.warnings }
        const change = await api('PUT /api/config', { query: { base: config.version, note }, body: document })
        await refresh()
        if (change.lines.length) savedToast(t('admin.saved'), t('undo'), change.version, refresh)
        return { ...nothingWrong, warnings: review.warnings, saved: { id: change.version, key: '' } }
      } catch (e) {
        return refused(e, at)
      }
    },
  })
}
