import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { vi } from 'vitest'
import nb from '../messages/nb.json'
import { Me, type Names, namesQuery } from './app/session.ts'
import type { AccessMe, ContactDetail, ContactSummary } from './gen/api.gen.ts'
import { I18n, translator } from './lib/i18n.ts'

/** Who is signed in, in the tests of screens. */
export const mina: AccessMe = {
  agent_id: 7,
  name: 'Mina Solbakk',
  email: 'mina.solbakk@fjordglimt.example',
  demo: false,
  fresh: true,
  organisation: 'Fjordglimt',
  totp: false,
  passkeys: 0,
  grants: [],
  actions: ['contacts.answer', 'customers.write'],
  preferences: {
    language: 'nb',
    scheme: 'light',
    density: 'compact',
    sounds: false,
    desktop_notifications: false,
    shortcuts: true,
    undo_send_seconds: 0,
  },
}

export const names: Names = {
  version: 1,
  organisation: 'Fjordglimt',
  time_zone: 'Europe/Oslo',
  brands: [{ id: 1, key: 'fjord', name: 'Fjordglimt', colour: '#0b5aa8' }],
  markets: [],
  partners: [],
  skills: [],
  teams: [],
  pauses: [],
  queues: [
    { id: 1, key: 'faktura', name: 'Faktura', brand_id: 1, channels: ['chat'], formula: 'connect', goal_percent: 80, target_ms: 30_000 },
  ],
  reasons: [
    { id: 1, key: 'faktura', name: { nb: 'Faktura' }, active: true },
    { id: 2, key: 'hoy', name: { nb: 'Høy faktura' }, parent_id: 1, active: true },
    { id: 3, key: 'gammel', name: { nb: 'Utgått' }, parent_id: 1, active: false },
  ],
  canned: [{ id: 1, key: 'hei', title: { nb: 'Hilsen' }, text: { nb: 'Hei {{customer}}!' } }],
}

export const contact = (change: Partial<ContactSummary> = {}): ContactSummary => ({
  id: 5,
  state: 'talking',
  channel: 'chat',
  queue_id: 1,
  brand_id: 1,
  agent_id: 7,
  name: 'Kari Nordlie',
  preview: '',
  unread: 0,
  arrived_at_ms: 0,
  last_at_ms: 0,
  ...change,
})
export const detail = (change: Partial<ContactDetail> = {}): ContactDetail => ({
  seq: 1,
  contact: contact(),
  messages: [],
  more: false,
  notes: [],
  drafts: [],
  present: [],
  ...change,
})

/** Draws a part of the app as the shell would, in bokmål, with mina signed in. */
export function show(ui: ReactNode, me: AccessMe = mina) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } })
  client.setQueryData(namesQuery.queryKey, names)
  const words = { locale: 'nb' as const, t: translator('nb', nb), setLocale: () => undefined }
  const view = render(
    <I18n value={words}>
      <MantineProvider env="test">
        <QueryClientProvider client={client}>
          <Me value={me}>{ui}</Me>
        </QueryClientProvider>
      </MantineProvider>
    </I18n>,
  )
  return { ...view, client }
}

/** Every request that is made, by method and address; each is answered 204 or by `answer`. */
export function requests(answer: (url: string, method: string) => unknown = () => undefined) {
  const made: { method: string; url: string; body: unknown }[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const method = init.method ?? 'GET'
    made.push({ method, url, body: typeof init.body === 'string' ? JSON.parse(init.body) : init.body })
    const body = answer(url, method)
    return body === undefined ? new Response(null, { status: 204 }) : new Response(JSON.stringify(body))
  })
  return made
}
