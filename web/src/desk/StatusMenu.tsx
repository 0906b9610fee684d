import { Button, Menu } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import {
  BookOpen,
  ChevronDown,
  CircleCheck,
  CirclePause,
  CirclePower,
  Coffee,
  Crosshair,
  DoorClosed,
  type LucideIcon,
  Presentation,
  Wrench,
} from 'lucide-react'
import { useState } from 'react'
import { deskKey } from '../app/live.ts'
import { type Names, useNames } from '../app/session.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { toast } from '../app/toasts.tsx'
import type { ContactAgent, ContactDesk, SetStatusRequest } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { percent } from '../lib/format.ts'
import { pick, type Translate, useT } from '../lib/i18n.ts'
import { centreNow, useNow } from '../lib/now.ts'
import { MenuChoice } from '../ui/MenuChoice.tsx'
import { useProblemText } from '../ui/States.tsx'
import { type Level, StatusMark } from '../ui/Status.tsx'
import { Since } from '../ui/Timer.tsx'
import css from './desk.module.css'

const icons: Record<Names['pauses'][number]['kind'], LucideIcon> = {
  break: Coffee,
  meeting: Presentation,
  training: BookOpen,
  other_work: Wrench,
  private: DoorClosed,
}

const levels: Record<ContactAgent['status'], Level> = { ready: 'ok', direct_only: 'ok', paused: 'none', away: 'warn', offline: 'none' }

/** What the agent has said about themselves, in words: the pause by its name. */
function statusName(t: Translate, locale: string, agent: ContactAgent, pauses: Names['pauses']): string {
  const pause = agent.status === 'paused' ? pauses.find(p => p.id === agent.pause_id) : undefined
  return pause ? pick(pause.name, locale) : t(`status.${agent.status}`)
}

/** Says whether one takes contacts; shown at once, and taken back if the server says no. */
export function useSetStatus() {
  const client = useQueryClient()
  const say = useProblemText()
  return async (body: SetStatusRequest) => {
    const before = client.getQueryData<ContactDesk>(deskKey)?.agent
    const put = (a: ContactAgent) => client.setQueryData<ContactDesk>(deskKey, d => (d ? { ...d, agent: a } : d))
    if (before) put({ ...before, status: body.status, pause_id: body.pause_id, since_ms: centreNow() })
    try {
      put(await api('PUT /api/desk/status', { body }))
    } catch (e) {
      if (before) put(before)
      toast(say(e), { level: 'bad' })
    }
  }
}

/** One's status and how long it has been so; the way to change it, with reasons. */
export function StatusMenu({ agent }: { agent: ContactAgent }) {
  const { t, locale } = useT()
  const names = useNames()
  const now = useNow()
  const [opened, setOpened] = useState(false)
  const pause = agent.status === 'paused' ? names.pauses.find(p => p.id === agent.pause_id) : undefined
  const late = pause?.limit_min !== undefined && pause.limit_min > 0 && now - agent.since_ms > pause.limit_min * 60_000
  const set = useSetStatus()
  useShortcut({ keys: 's', label: 'status.change', group: 'keys.group_desk', run: () => setOpened(true) })
  useShortcut(
    { keys: '', label: 'status.set_ready', group: 'keys.group_desk', run: () => void set({ status: 'ready' }) },
    agent.status !== 'ready',
  )
  const level = late ? 'warn' : levels[agent.status]
  return (
    <Menu width={260} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          className={css.status}
          data-s={level}
          rightSection={<ChevronDown size={14} aria-hidden="true" />}
        >
          <StatusMark level={level} />
          <span>{statusName(t, locale, agent, names.pauses)}</span>
          <span className="sub">
            <Since ms={agent.since_ms} />
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {t(`agent.${agent.state}`)} · {t('status.load', { share: percent(locale, agent.total ? agent.load / agent.total : 0) })}
        </Menu.Label>
        <MenuChoice value="ready" on={agent.status === 'ready'} icon={CircleCheck} choose={() => void set({ status: 'ready' })}>
          {t('status.ready')}
        </MenuChoice>
        <MenuChoice
          value="direct_only"
          on={agent.status === 'direct_only'}
          icon={Crosshair}
          choose={() => void set({ status: 'direct_only' })}
        >
          {t('status.direct_only')}
        </MenuChoice>
        <Menu.Divider />
        <Menu.Label>{t('status.pauses')}</Menu.Label>
        {names.pauses.map(p => (
          <MenuChoice
            key={p.id}
            value={String(p.id)}
            on={pause?.id === p.id}
            icon={icons[p.kind] ?? CirclePause}
            side={p.limit_min ? <span className="sub">{t('span.minutes', { m: p.limit_min })}</span> : undefined}
            choose={() => void set({ status: 'paused', pause_id: p.id })}
          >
            {pick(p.name, locale)}
          </MenuChoice>
        ))}
        <Menu.Divider />
        <MenuChoice value="offline" on={agent.status === 'offline'} icon={CirclePower} choose={() => void set({ status: 'offline' })}>
          {t('status.offline')}
        </MenuChoice>
      </Menu.Dropdown>
    </Menu>
  )
}
