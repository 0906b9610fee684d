import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ChatBrand } from '../src/gen/api.gen.ts'
import { calling, callMuted, callPlace, callSince, callWait, dial, end, leave, mute, press } from './call.ts'
import { Icon } from './icons.tsx'
import { t } from './words.ts'

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

/** How long one has spoken, as a clock. */
function Clock() {
  const now = useSignal(Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now()
    }, 1000)
    return () => clearInterval(timer)
  }, [now])
  const s = Math.max(0, Math.round((now.value - callSince.value) / 1000))
  return <time>{`${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`}</time>
}

/** The expected wait in words; nothing while it is not known. */
function waitWords() {
  const { from, to } = callWait.value
  if (!to) return from ? t('call_wait_over') : ''
  if (to === 1) return t('call_wait_under')
  return from ? t('call_wait_between', { a: from, b: to }) : t('call_wait_upto', { n: to })
}

/** A call from the page: what the microphone is for, then the state, and the few things one does in a call. */
export default function CallPage({ brand }: { brand: ChatBrand }) {
  const state = calling.value
  const head = useRef<HTMLHeadingElement>(null)
  const pad = useSignal(false)
  const going = state === 'connecting' || state === 'menu' || state === 'waiting' || state === 'talking'
  // biome-ignore lint/correctness/useExhaustiveDependencies: the head is read out when a call begins and when it is over
  useEffect(() => head.current?.focus(), [going])
  const words = {
    asking: t('call_ask', { x: brand.name }),
    connecting: t('call_connecting'),
    menu: t('call_menu'),
    waiting: `${callPlace.value ? t('call_place', { n: callPlace.value }) : t('call_waiting')} ${waitWords()}`.trim(),
    talking: t('call_talking', { x: brand.name }),
    ended: t('call_ended'),
    denied: t('call_denied'),
    no_microphone: t('call_no_microphone'),
    closed: t('call_closed'),
    broken: t('call_broken'),
    unproved: t('call_unproved'),
  }
  return (
    <div class="scroll call">
      <span class="call-mark" data-live={going || undefined}>
        <Icon of="phone" size={32} />
      </span>
      <h2 ref={head} tabIndex={-1}>
        {state === 'asking' ? t('call_here') : brand.name}
      </h2>
      <p role="status">
        {words[state ?? 'ended']} {state === 'talking' && callSince.value > 0 && <Clock />}
      </p>
      {state === 'asking' && <p class="small">{t('call_consent')}</p>}
      {!going && state !== 'asking' && brand.phone && (
        <p>
          <a href={`tel:${brand.phone.replace(/[^+\d]/g, '')}`}>{t('call', { x: brand.phone })}</a>
        </p>
      )}
      {going && pad.value && (
        <div class="pad" role="group" aria-label={t('call_keys')}>
          {keys.map(k => (
            <button key={k} type="button" onClick={() => press(k)}>
              {k}
            </button>
          ))}
        </div>
      )}
      <div class="call-do">
        {going ? (
          <>
            <button type="button" aria-pressed={callMuted.value} onClick={() => mute(!callMuted.value)}>
              {t(callMuted.value ? 'call_unmute' : 'call_mute')}
            </button>
            <button type="button" aria-expanded={pad.value} onClick={() => (pad.value = !pad.value)}>
              {t('call_keys')}
            </button>
            <button type="button" class="hang" onClick={() => end()}>
              {t('call_end')}
            </button>
          </>
        ) : (
          <>
            <button type="button" class="main" onClick={() => void dial()}>
              {t(state === 'asking' ? 'call_start' : state === 'unproved' ? 'call_anyway' : 'call_again')}
            </button>
            <button type="button" onClick={leave}>
              {t('call_back')}
            </button>
          </>
        )}
      </div>
    </div>
  )
}
