import { ActionIcon, Button, Popover, Tooltip } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Ear, Grip, LifeBuoy, Mic, MicOff, Pause, Phone, PhoneForwarded, PhoneOff, Play } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useOffers } from '../app/Ringing.tsx'
import { useNames } from '../app/session.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { useDesk } from '../app/workday.ts'
import { useT } from '../lib/i18n.ts'
import { Kbd } from '../ui/Kbd.tsx'
import { Since } from '../ui/Timer.tsx'
import { hangUp, hold, listenIn, press, setMute, useAct } from './actions.ts'
import { Keypad } from './Keypad.tsx'
import { readable } from './numbers.ts'
import { Parties } from './Parties.tsx'
import css from './phone.module.css'
import { currentCall, usePhone } from './phone.ts'
import { QualityLight } from './QualityLight.tsx'
import { RecordingState } from './RecordingState.tsx'
import type { Call } from './types.ts'
import { type Wish, wishFor } from './wish.ts'

/** The call in hand, above every face. */
export function CallBar() {
  const phone = usePhone()
  const call = currentCall(phone.calls)
  if (call) return call.role === 'leader' ? <Listening key={call.call_id} call={call} /> : <Talking key={call.call_id} call={call} />
  return null
}

type ToolProps = { label: string; keys?: string; on?: boolean; busy?: boolean; off?: boolean; run: () => void; children: ReactNode }
/** One round button of the bar, with its name and key. */
function Tool({ label, keys, on, busy, off, run, children }: ToolProps) {
  return (
    <Tooltip
      label={
        <span className={css.tip}>
          {label} {keys && <Kbd keys={keys} />}
        </span>
      }
    >
      <ActionIcon
        variant={on ? 'filled' : 'default'}
        size={34}
        aria-label={label}
        aria-pressed={on}
        loading={busy}
        disabled={off}
        onClick={run}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

const onlyDesk = (path: string) => path.startsWith('/desk')

function Talking({ call: c }: { call: Call }) {
  const { t } = useT()
  const { muted } = usePhone()
  const { busy, act } = useAct()
  const navigate = useNavigate()
  const offers = useOffers()
  const [keypad, setKeypad] = useState(false)
  const isMuted = muted || c.muted
  const own = c.role === 'agent'
  const live = c.state === 'talking' || c.state === 'held'
  const group = 'keys.group_conversation' as const
  const customerHolds = c.parties.some(p => p.kind === 'customer' && p.holds)
  const flipMute = () => void act('mute', () => setMute(c, !isMuted))
  const flipHold = () => void act('hold', () => hold(c, !c.on_hold))
  const end = () => void act('end', () => hangUp(c))
  const show = () => void navigate({ to: '/desk', search: { c: String(c.contact_id) } } as never)
  const wish = (w: Wish) => {
    if (!onlyDesk(location.pathname) || !new URLSearchParams(location.search).get('c')?.split(',').includes(String(c.contact_id))) show()
    wishFor(c.contact_id, w)
  }
  useShortcut({ keys: 'm', label: isMuted ? 'phone.unmute' : 'phone.mute', group, run: flipMute }, live)
  useShortcut({ keys: 'h', label: c.on_hold ? 'phone.resume' : 'phone.hold', group, run: flipHold }, live && own)
  useShortcut({ keys: 'd', label: 'phone.keypad', group, run: () => setKeypad(true) }, live)
  useShortcut({ keys: 'F9', label: 'phone.hang_up', group, run: end }, own && !offers.length)
  return (
    <section className={css.bar} aria-label={t('phone.call')} data-state={c.on_hold ? 'held' : c.state}>
      <div className={css.line}>
        <Who call={c} show={show} />
        <div className={css.marks}>
          {customerHolds && <span className={css.holds}>{t('phone.holds')}</span>}
          <RecordingState call={c} act={act} busy={busy} />
          <QualityLight call={c} />
        </div>
        <div className={css.tools} role="toolbar" aria-label={t('phone.tools')}>
          <Tool label={t(isMuted ? 'phone.unmute' : 'phone.mute')} keys="m" on={isMuted} off={!live} busy={busy === 'mute'} run={flipMute}>
            {isMuted ? <MicOff size={17} /> : <Mic size={17} />}
          </Tool>
          {own && (
            <Tool
              label={t(c.on_hold ? 'phone.resume' : 'phone.hold')}
              keys="h"
              on={c.on_hold}
              off={!live}
              busy={busy === 'hold'}
              run={flipHold}
            >
              {c.on_hold ? <Play size={17} /> : <Pause size={17} />}
            </Tool>
          )}
          <Popover opened={keypad} onChange={setKeypad} position="bottom-end" trapFocus withRoles={false}>
            <Popover.Target>
              <span>
                <Tool label={t('phone.keypad')} keys="d" off={!live} on={keypad} run={() => setKeypad(!keypad)}>
                  <Grip size={17} />
                </Tool>
              </span>
            </Popover.Target>
            <Popover.Dropdown role="dialog" aria-label={t('phone.keypad')}>
              <Keypad press={k => void press(c, k).catch(() => undefined)} />
            </Popover.Dropdown>
          </Popover>
          {own && (
            <>
              <Tool label={t('phone.consult')} keys="c" off={!live} run={() => wish('consult')}>
                <LifeBuoy size={17} />
              </Tool>
              <Tool label={t('phone.transfer')} keys="t" off={!live} run={() => wish('transfer')}>
                <PhoneForwarded size={17} />
              </Tool>
              <Button className={css.end} size="sm" aria-label={t('phone.hang_up')} loading={busy === 'end'} onClick={end}>
                <PhoneOff size={17} aria-hidden="true" />
                <span className="hide-s">{t('phone.hang_up')}</span>
              </Button>
            </>
          )}
        </div>
      </div>
      <Parties call={c} act={act} busy={busy} />
      <p className="vh" role="status">
        {[...(customerHolds ? [t('phone.holds')] : []), ...c.watchers.map(w => t(`phone.watch.${w.mode}`, { name: w.name }))].join(' ')}
      </p>
    </section>
  )
}

/** Who is spoken with, in what state, for how long; a click shows the contact. */
function Who({ call: c, show }: { call: Call; show: () => void }) {
  const { t } = useT()
  const names = useNames()
  const brand = names.brands.find(b => b.id === c.brand_id)?.name
  const queue = names.queues.find(q => q.id === c.queue_id)?.name
  const answered = useDesk()?.contacts.find(x => x.id === c.contact_id)?.answered_at_ms
  const state = c.on_hold || c.state === 'ended' ? 'held' : c.state
  const name = c.name || (c.number ? readable(c.number) : t('phone.withheld'))
  return (
    <button type="button" className={css.who} onClick={show}>
      <Phone size={18} aria-hidden="true" />
      <span className={css.name}>
        <b>{name}</b>
        {c.name && c.number && <span className="num">{readable(c.number)}</span>}
      </span>
      <span className={css.state}>
        <span>{t(`phone.state.${state}`)}</span> <Since ms={state === 'talking' ? (answered ?? c.since_ms) : c.since_ms} />
        <span className="vh">{t('phone.show')}</span>
        <span className="hide-s sub">{[queue, brand].filter(Boolean).join(' · ')}</span>
      </span>
    </button>
  )
}

/** A leader in somebody's call: what the leader is heard by, and the way out. */
function Listening({ call: c }: { call: Call }) {
  const { t } = useT()
  const { busy, act } = useAct()
  const names = c.parties.find(p => p.kind === 'agent')?.name ?? ''
  const mode = c.watchers[0]?.mode ?? 'listen'
  const modes = ['listen', 'whisper', 'barge'] as const
  return (
    <section className={css.bar} aria-label={t('phone.listening', { name: names })} data-state="listening">
      <div className={css.line}>
        <div className={css.who}>
          <Ear size={18} aria-hidden="true" />
          <span className={css.name}>
            <b>{t('phone.listening', { name: names })}</b>
            <span className="num">{c.name || readable(c.number)}</span>
          </span>
        </div>
        <div className={css.tools} role="toolbar" aria-label={t('phone.tools')}>
          {modes.map(m => (
            <Button
              key={m}
              size="xs"
              variant={m === mode ? 'filled' : 'default'}
              aria-pressed={m === mode}
              loading={busy === m}
              onClick={() => void act(m, () => listenIn(c, m))}
            >
              {t(`phone.mode.${m}`)}
            </Button>
          ))}
          <Button className={css.end} size="xs" loading={busy === 'stop'} onClick={() => void act('stop', () => listenIn(c, 'off'))}>
            {t('phone.leave')}
          </Button>
        </div>
      </div>
    </section>
  )
}
