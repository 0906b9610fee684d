import { Spotlight } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import './palette.css'
import { spotlight } from '@mantine/spotlight'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Phone, Search, User } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ContactDesk } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { fits } from '../lib/fold.ts'
import { useT } from '../lib/i18n.ts'
import { openDial } from '../phone/dial.ts'
import { bare, looksLikeNumber, readable } from '../phone/numbers.ts'
import { ChannelIcon } from '../ui/channels.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { deskKey } from './live.ts'
import { useCan } from './session.ts'
import { useShortcutList } from './shortcuts.ts'

/** Waits until a text has rested, so that a search is not asked for every letter. */
function useRested(text: string, ms: number) {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), ms)
    return () => clearTimeout(timer)
  }, [text, ms])
  return rested
}

/** What a search finds: commands and conversations here at once, customers from the server when the hands rest. */
function useFound(query: string, opened: boolean) {
  const { t } = useT()
  const can = useCan()
  const client = useQueryClient()
  const rested = useRested(query.trim(), 250)
  const commands = useShortcutList()
  const customers = useQuery({
    queryKey: ['customers', rested],
    queryFn: () => api('GET /api/customers', { query: { q: rested, limit: 8 } }),
    enabled: opened && rested.length > 1 && can('customers.search'),
    staleTime: 30_000,
  })
  const own = (client.getQueryData<ContactDesk>(deskKey)?.contacts ?? []).filter(c => fits(c.name, query))
  const shown = commands.filter(
    (s, i) =>
      commands.findLastIndex(x => x.label === s.label) === i &&
      s.label !== 'palette.open' &&
      s.label !== 'palette.search' &&
      fits(`${t(s.label)} ${t(s.group)}`, query),
  )
  return { customers: customers.data ?? [], own, shown }
}

/** Everything by its name: commands that work right now, conversations in hand, customers. */
export default function Palette({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useT()
  const can = useCan()
  const navigate = useNavigate()
  const [query, setQuery] = useState('')
  useEffect(() => {
    if (opened) spotlight.open()
    else spotlight.close()
  }, [opened])
  const { customers, own, shown } = useFound(query, opened)
  const callable = can('calls.out') && looksLikeNumber(query)
  const nothing = !callable && !own.length && !shown.length && !customers.length
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      onSpotlightClose={close}
      clearQueryOnClose
      scrollable
      maxHeight={420}
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      attributes={{ content: { 'aria-label': t('palette.open') } }}
    >
      <Spotlight.Search placeholder={t('palette.placeholder')} aria-label={t('palette.placeholder')} leftSection={<Search size={18} />} />
      <Spotlight.ActionsList>
        {callable && (
          <Spotlight.ActionsGroup label={t('palette.call')}>
            <Spotlight.Action
              leftSection={<Phone size={16} />}
              label={t('call', { number: readable(query) })}
              onClick={() => setTimeout(() => openDial(bare(query)))}
            />
          </Spotlight.ActionsGroup>
        )}
        {own.length > 0 && (
          <Spotlight.ActionsGroup label={t('palette.contacts')}>
            {own.slice(0, 6).map(c => (
              <Spotlight.Action
                key={c.id}
                leftSection={<ChannelIcon channel={c.channel} />}
                label={c.name || t('customer.unknown')}
                description={c.preview}
                onClick={() => void navigate({ to: '/desk', search: { c: String(c.id) } } as never)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {!!customers.length && (
          <Spotlight.ActionsGroup label={t('palette.customers')}>
            {customers.map(c => (
              <Spotlight.Action
                key={c.id}
                leftSection={<User size={16} />}
                label={c.name || t('customer.unknown')}
                description={[c.customer_number, c.phone, c.email].filter(Boolean).join(' · ')}
                onClick={() => void navigate({ to: '/desk', search: { customer: String(c.id) } } as never)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {shown.length > 0 && (
          <Spotlight.ActionsGroup label={t('palette.commands')}>
            {shown.map(s => (
              <Spotlight.Action
                key={s.label}
                label={t(s.label)}
                description={t(s.group)}
                rightSection={s.keys ? <Kbd keys={s.keys} /> : undefined}
                onClick={() => setTimeout(() => s.run())}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {nothing && <Spotlight.Empty>{t('palette.nothing')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
