import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Ear, PhoneOff } from 'lucide-react'
import { useNames } from '../app/session.ts'
import { useT } from '../lib/i18n.ts'
import { Empty, ErrorState, Loading } from '../ui/States.tsx'
import { Since } from '../ui/Timer.tsx'
import { listenIn, liveCalls, useAct } from './actions.ts'
import { readable } from './numbers.ts'
import css from './phone.module.css'
import { usePhone } from './phone.ts'

/** The calls of one's people that go on now; a leader may listen. It is logged, and the agent sees it. */
export default function LiveCalls({ close }: { close: () => void }) {
  const { t } = useT()
  const names = useNames()
  const { standing } = usePhone()
  const { busy, act } = useAct()
  const calls = useQuery({ queryKey: ['phone', 'live'], queryFn: liveCalls, refetchInterval: 2000 })
  const all = calls.data ?? []
  return (
    <Modal opened onClose={close} title={t('phone.live')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      {calls.error && <ErrorState what={t('phone.live_failed')} error={calls.error} retry={() => void calls.refetch()} />}
      {!calls.data && !calls.error && <Loading rows={[2, 2.1, 2.2]} />}
      {calls.data && all.length === 0 && <Empty icon={PhoneOff} title={t('phone.live_none')} />}
      {standing !== 'ready' && all.length > 0 && <p className="sub">{t('phone.no_line')}</p>}
      <ul className={css.live}>
        {all.map(c => (
          <li key={c.call_id}>
            <span>
              <b>{c.agent_name || t(`phone.stage.${c.stage}`)}</b>
              <span className="sub">
                {[c.name || (c.number ? readable(c.number) : t('phone.withheld')), names.queues.find(q => q.id === c.queue_id)?.name]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </span>
            <span className="sub">
              {t(`phone.stage.${c.stage}`)} <Since ms={c.since_ms} />
            </span>
            <Button
              size="xs"
              variant="default"
              disabled={c.stage !== 'talking' || standing !== 'ready'}
              loading={busy === String(c.call_id)}
              leftSection={<Ear size={14} aria-hidden="true" />}
              onClick={async () => {
                if (await act(String(c.call_id), () => listenIn(c, 'listen'))) close()
              }}
            >
              {t('phone.mode.listen')}
            </Button>
          </li>
        ))}
      </ul>
      <p className="sub">{t('phone.live_text')}</p>
    </Modal>
  )
}
