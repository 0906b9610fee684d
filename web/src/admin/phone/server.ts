import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ConfigScript } from '../../gen/api.gen.ts'
import { address, api, authorization, newKey, Problem } from '../../lib/api.ts'
import type { Locale } from '../../lib/i18n.ts'

/** How each trunk stands, asked again every few seconds while somebody looks. */
export const trunksQuery = queryOptions({ queryKey: ['phone-trunks'], queryFn: () => api('GET /api/phone/trunks'), refetchInterval: 5000 })

/** The sound files that callers hear. */
export const promptsQuery = queryOptions({ queryKey: ['phone-prompts'], queryFn: () => api('GET /api/phone/prompts') })

/** What calls out have cost so far. */
export const spendQuery = queryOptions({ queryKey: ['phone-spend'], queryFn: () => api('GET /api/phone/spend'), refetchInterval: 15_000 })

/** How sending text messages goes. */
export const textsQuery = queryOptions({ queryKey: ['phone-texts'], queryFn: () => api('GET /api/phone/texts'), refetchInterval: 5000 })

/** Every path through a script as it is now, and what is wrong with it. */
export const previewQuery = (script: ConfigScript, language: Locale, line: string | undefined) =>
  queryOptions({
    queryKey: ['phone-preview', script, language, line],
    queryFn: ({ signal }) =>
      api('POST /api/phone/scripts/preview', {
        body: {
          script: { person: script.person, repeat: script.repeat, wait_s: script.wait_s, steps: script.steps },
          key: script.key,
          language,
          line,
        },
        signal,
      }),
    placeholderData: old => old,
    staleTime: 60_000,
    retry: false,
  })

/** Fetches a sound that is not JSON. */
async function sound(route: string, path: Record<string, string>, body?: unknown): Promise<Blob> {
  const method = route.slice(0, route.indexOf(' '))
  const headers: Record<string, string> = { Accept: 'audio/wav', ...authorization() }
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json'
    headers['Idempotency-Key'] = newKey()
  }
  const response = await fetch(address(route, path), {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: 'same-origin',
  })
  if (!response.ok) throw new Problem(response.status === 503 ? 'unavailable' : 'invalid', response.status, '')
  return response.blob()
}

/** A text as it is spoken to callers. */
export const spoken = (text: string, language: string) => sound('POST /api/phone/speech', {}, { text, language })

/** The music as those who wait hear it: a sound file, or the house's own. */
export const musicSound = (key: string | undefined) => sound('POST /api/phone/speech', {}, { music: key })

/** A sound file as callers hear it. */
export const promptSound = (key: string) => sound('GET /api/phone/prompts/{key}', { key })

/** Changes the sound files: adds or replaces one, or removes it. */
export function usePrompts() {
  const client = useQueryClient()
  const done = () => client.invalidateQueries({ queryKey: promptsQuery.queryKey })
  const put = useMutation({
    mutationFn: ({ key, file }: { key: string; file: File }) =>
      api('PUT /api/phone/prompts/{key}', { path: { key }, query: { name: file.name }, body: file as never }),
    onSuccess: done,
  })
  const remove = useMutation({
    mutationFn: (key: string) => api('DELETE /api/phone/prompts/{key}', { path: { key } }),
    onSuccess: done,
  })
  return { put, remove }
}
