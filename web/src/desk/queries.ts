import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { mergeDetail } from '../app/deskstate.ts'
import { contactKey, typingKey } from '../app/live.ts'
import type { ContactDetail, ConversationTyping } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { useNow } from '../lib/now.ts'

/** One contact opened; the live stream keeps it, so it is fetched once and again only after a gap. */
export function useContact(id: number) {
  const client = useQueryClient()
  return useQuery({
    queryKey: contactKey(id),
    queryFn: async () =>
      mergeDetail(client.getQueryData<ContactDetail>(contactKey(id)), await api('GET /api/contacts/{id}', { path: { id } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30 * 60_000,
  })
}

export const agentsQuery = queryOptions({ queryKey: ['agents'], queryFn: () => api('GET /api/agents'), staleTime: 5000 })

export const customerQuery = (id: number) =>
  queryOptions({ queryKey: ['customer', id], queryFn: () => api('GET /api/customers/{id}', { path: { id } }), staleTime: 30_000 })

/** Who is writing in a contact right now; each one's mark runs out by itself. */
export function useTyping(id: number): ConversationTyping[] {
  const all = useQuery<ConversationTyping[]>({
    queryKey: typingKey(id),
    queryFn: () => [],
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
  }).data
  const now = useNow()
  return (all ?? []).filter(x => x.until_ms > now)
}

const pageSize = 30

/** Fetches the page of messages before the oldest one here. */
export function useOlder(id: number) {
  const client = useQueryClient()
  return async () => {
    const d = client.getQueryData<ContactDetail>(contactKey(id))
    const first = d?.messages[0]?.id
    if (!d?.more || first === undefined) return
    const page = await api('GET /api/contacts/{id}/messages', { path: { id }, query: { before: first, limit: pageSize } })
    client.setQueryData<ContactDetail>(contactKey(id), old =>
      old ? { ...old, messages: [...page.messages.filter(m => m.id < (old.messages[0]?.id ?? 0)), ...old.messages], more: page.more } : old,
    )
  }
}
