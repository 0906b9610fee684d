import { NativeSelect, Switch } from '@mantine/core'
import { useState } from 'react'
import { usePreferences } from '../app/session.ts'
import type { AccessPreferences } from '../gen/api.gen.ts'
import { localeNames, locales, useT } from '../lib/i18n.ts'
import css from './account.module.css'
import { Card, Fault } from './Card.tsx'

/** How the screens look, sound and behave for this person; each choice holds at once. */
export function Preferences() {
  const { t } = useT()
  const { preferences: p, layout, change, setLayout, failed } = usePreferences()
  const [blocked, setBlocked] = useState(typeof Notification === 'undefined' || Notification.permission === 'denied')
  const desktop = async (on: boolean) => {
    if (on && typeof Notification !== 'undefined' && Notification.permission === 'default') await Notification.requestPermission()
    const allowed = typeof Notification !== 'undefined' && Notification.permission === 'granted'
    setBlocked(on && !allowed)
    change({ desktop_notifications: on && allowed })
  }
  return (
    <Card title={t('account.preferences')}>
      <div className={css.grid}>
        <NativeSelect
          size="xs"
          label={t('language')}
          value={p.language}
          onChange={e => change({ language: e.currentTarget.value as AccessPreferences['language'] })}
          data={locales.map(l => ({ value: l, label: localeNames[l] }))}
        />
        <NativeSelect
          size="xs"
          label={t('scheme')}
          value={p.scheme}
          onChange={e => change({ scheme: e.currentTarget.value as AccessPreferences['scheme'] })}
          data={(['auto', 'light', 'dark'] as const).map(s => ({ value: s, label: t(`scheme.${s}`) }))}
        />
        <NativeSelect
          size="xs"
          label={t('account.density')}
          value={p.density}
          onChange={e => change({ density: e.currentTarget.value as AccessPreferences['density'] })}
          data={(['compact', 'roomy'] as const).map(s => ({ value: s, label: t(`account.density.${s}`) }))}
        />
        <NativeSelect
          size="xs"
          label={t('account.undo_send')}
          description={t('account.undo_send_text')}
          value={String(p.undo_send_seconds)}
          onChange={e => change({ undo_send_seconds: Number(e.currentTarget.value) })}
          data={[0, 3, 5, 10, 20].map(n => ({ value: String(n), label: n ? t('span.seconds', { s: n }) : t('account.undo_send.off') }))}
        />
      </div>
      <div className={css.switches}>
        <Switch size="sm" label={t('account.sounds')} checked={p.sounds} onChange={e => change({ sounds: e.currentTarget.checked })} />
        <Switch
          size="sm"
          label={t('account.offer_sound')}
          disabled={!p.sounds}
          checked={layout.offer_sound}
          onChange={e => setLayout({ offer_sound: e.currentTarget.checked })}
        />
        <Switch
          size="sm"
          label={t('account.message_sound')}
          disabled={!p.sounds}
          checked={layout.message_sound}
          onChange={e => setLayout({ message_sound: e.currentTarget.checked })}
        />
        <Switch
          size="sm"
          label={t('account.desktop')}
          description={blocked ? t('account.desktop_blocked') : undefined}
          checked={p.desktop_notifications}
          onChange={e => void desktop(e.currentTarget.checked)}
        />
        <Switch
          size="sm"
          label={t('account.title_badge')}
          checked={layout.title_badge}
          onChange={e => setLayout({ title_badge: e.currentTarget.checked })}
        />
        <Switch
          size="sm"
          label={t('account.enter_sends')}
          description={t('account.enter_sends_text')}
          checked={layout.enter_sends}
          onChange={e => setLayout({ enter_sends: e.currentTarget.checked })}
        />
        <Switch
          size="sm"
          label={t('keys.single')}
          description={t('keys.single_text')}
          checked={p.shortcuts}
          onChange={e => change({ shortcuts: e.currentTarget.checked })}
        />
      </div>
      <Fault error={failed} />
    </Card>
  )
}
