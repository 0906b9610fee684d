import { Button } from '@mantine/core'
import { TriangleAlert, VolumeX } from 'lucide-react'
import { useDesk } from '../app/workday.ts'
import type { Key } from '../lib/i18n.ts'
import { useT } from '../lib/i18n.ts'
import { openDialog } from './dial.ts'
import css from './phone.module.css'
import { isLive, onDesk, retry, type Phone as State, usePhone } from './phone.ts'

/** What a person can do about a line that cannot be had. */
const advice: Record<NonNullable<State['why']>, Key> = {
  denied: 'phone.why.denied',
  no_microphone: 'phone.why.no_microphone',
  microphone_busy: 'phone.why.microphone_busy',
  insecure: 'phone.why.insecure',
  unsupported: 'phone.why.unsupported',
  refused: 'phone.why.refused',
}
export const adviceFor = (why: State['why']): Key => advice[why ?? 'refused']

/** Says what keeps the phone from working, where nobody can miss it: in words, with what to do. Nothing is said when nothing is wrong. */
export function Trouble() {
  const { t } = useT()
  const phone = usePhone()
  const calling = phone.calls.some(isLive)
  const lost = calling && phone.standing === 'lost'
  const working = (useDesk()?.agent.status ?? 'offline') !== 'offline' // who does not take contacts, such as a leader at the wall, misses no call
  const blocked = phone.standing === 'blocked' && phone.why !== 'refused' && working
  const desk = onDesk(phone)
  const away = desk && phone.standing === 'ready' && !phone.desk?.registered && working
  const silent = phone.outBlocked && calling && !desk
  return (
    <div role="alert">
      {blocked && (
        <div className={css.trouble}>
          <TriangleAlert size={16} aria-hidden="true" />
          <span>{t(adviceFor(phone.why))}</span>
          <Button size="compact-sm" variant="default" onClick={retry}>
            {t('retry')}
          </Button>
        </div>
      )}
      {away && (
        <div className={css.trouble}>
          <TriangleAlert size={16} aria-hidden="true" />
          <span>{t('phone.desk.away_text')}</span>
          <Button size="compact-sm" variant="default" onClick={() => openDialog({ kind: 'devices' })}>
            {t('phone.devices')}
          </Button>
        </div>
      )}
      {lost && (
        <div className={css.trouble}>
          <TriangleAlert size={16} aria-hidden="true" />
          <span>{t(desk ? 'phone.desk.lost_in_call' : 'phone.lost_in_call')}</span>
        </div>
      )}
      {silent && (
        <div className={css.trouble}>
          <VolumeX size={16} aria-hidden="true" />
          <span>{t('phone.touch_to_hear')}</span>
        </div>
      )}
    </div>
  )
}
