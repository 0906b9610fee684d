import { type QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import type { AccessMe, AccessPreferences, Routes } from '../gen/api.gen.ts'
import { api, Problem } from '../lib/api.ts'
import { setZone } from '../lib/dates.ts'

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => api('GET /api/me'), staleTime: Number.POSITIVE_INFINITY })

/** The names of queues, brands, reasons and the rest; the live stream says when they change. */
export const namesQuery = queryOptions({
  queryKey: ['names'],
  queryFn: async () => {
    const names = await api('GET /api/names')
    setZone(names.time_zone)
    return names
  },
  staleTime: Number.POSITIVE_INFINITY,
})

export type Names = Routes['GET /api/names']['out']
const noNames: Names = {
  brands: [],
  canned: [],
  markets: [],
  organisation: '',
  partners: [],
  pauses: [],
  queues: [],
  reasons: [],
  skills: [],
  teams: [],
  time_zone: '',
  version: 0,
}
export const useNames = (): Names => useQuery(namesQuery).data ?? noNames

/** Who is signed in: the shell provides it before any face is drawn. */
export const Me = createContext<AccessMe | undefined>(undefined)
export function useMe(): AccessMe {
  const me = useContext(Me)
  if (!me) throw new Error('useMe outside of the shell')
  return me
}
export const useCan = () => {
  const me = useMe()
  return (action: string) => me.actions.includes(action)
}

/** Switches of one browser's taste that the server keeps as the person's layout. */
export type Layout = { offer_sound: boolean; message_sound: boolean; title_badge: boolean; enter_sends: boolean }
const usual: Layout = { offer_sound: true, message_sound: true, title_badge: true, enter_sends: true }
export const layoutOf = (p: AccessPreferences): Layout => ({
  ...usual,
  ...(typeof p.layout === 'object' ? (p.layout as Partial<Layout>) : {}),
})

const savePreferences = (body: AccessPreferences) => api('PUT /api/me/preferences', { body })

/** Changes the person's preferences at once here, and on the server. */
export function usePreferences() {
  const client = useQueryClient()
  const me = useMe()
  const save = useMutation({
    mutationFn: savePreferences,
    onMutate: p => {
      const before = client.getQueryData<AccessMe>(meQuery.queryKey)
      setPreferences(client, p)
      return before
    },
    onError: (_e, _p, before) => before && client.setQueryData<AccessMe>(meQuery.queryKey, before),
  })
  const change = (part: Partial<AccessPreferences>) => save.mutate({ ...me.preferences, ...part })
  return {
    preferences: me.preferences,
    layout: layoutOf(me.preferences),
    change,
    setLayout: (l: Partial<Layout>) => change({ layout: { ...layoutOf(me.preferences), ...l } }),
    failed: save.error,
  }
}

function setPreferences(client: QueryClient, preferences: AccessPreferences) {
  client.setQueryData<AccessMe>(meQuery.queryKey, me => (me ? { ...me, preferences } : me))
}

/** Where people sign in; the page is the server's and works without scripts. */
export const signInAddress = (next = `${location.pathname}${location.search}`) => `/sign-in?next=${encodeURIComponent(next)}`

/** Whether a failure means that nobody is signed in. */
export const isSignedOut = (e: unknown) => e instanceof Problem && e.kind === 'unknown'
