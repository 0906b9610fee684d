import { ActionIcon, Tooltip } from '@mantine/core'
import { Circle, CirclePause, CirclePlay } from 'lucide-react'
import { useT } from '../lib/i18n.ts'
import { record } from './actions.ts'
import css from './phone.module.css'
import type { Call } from './types.ts'

/** Whether the call is recorded and on what ground; pause for card numbers and the like. Nothing is shown where nothing is recorded. */
export function RecordingState({
  call: c,
  act,
  busy,
}: {
  call: Call
  act: (name: string, run: () => Promise<unknown>) => Promise<boolean>
  busy: string
}) {
  const { t } = useT()
  const r = c.recording
  if (r.state === 'none') return null
  const running = r.state === 'on'
  const can = c.role === 'agent' && (running || r.state === 'paused')
  const label = t(running ? 'phone.record.pause' : 'phone.record.resume')
  return (
    <span className={css.record} data-state={r.state}>
      <Circle size={10} fill={running ? 'currentColor' : 'none'} aria-hidden="true" />
      <span title={r.basis && t(`phone.record.basis.${r.basis}`)}>{t(`phone.record.${r.state}`)}</span>
      {can && (
        <Tooltip label={label}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            aria-label={label}
            loading={busy === 'record'}
            onClick={() => void act('record', () => record(c, running ? 'pause' : 'resume'))}
          >
            {running ? <CirclePause size={16} /> : <CirclePlay size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </span>
  )
}
