import { Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Keyboard, Languages, LogOut, Moon, Sun, SunMoon, UserRound } from 'lucide-react'
import { api } from '../lib/api.ts'
import { localeNames, locales, useT } from '../lib/i18n.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { MenuChoice } from '../ui/MenuChoice.tsx'
import { useMe, usePreferences } from './session.ts'

const schemes = [
  { value: 'auto', icon: SunMoon, label: 'scheme.auto' },
  { value: 'light', icon: Sun, label: 'scheme.light' },
  { value: 'dark', icon: Moon, label: 'scheme.dark' },
] as const

/** One's own menu: account, shortcuts, looks, language, sign-out. */
export default function Personal({ openSheet }: { openSheet: () => void }) {
  const { t, locale } = useT()
  const me = useMe()
  const { preferences, change } = usePreferences()
  const navigate = useNavigate()
  return (
    <Menu position="right-end" width={248}>
      <Menu.Target>
        <button type="button" className="rail-b me" aria-label={t('me.menu', { name: me.name })}>
          <Avatar name={me.name} size={32} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.name}
          <br />
          {me.email}
        </Menu.Label>
        <Menu.Item leftSection={<UserRound size={15} />} onClick={() => void navigate({ to: '/account' })}>
          {t('face.account')}
        </Menu.Item>
        <Menu.Item leftSection={<Keyboard size={15} />} onClick={openSheet}>
          {t('keys.title')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('scheme')}</Menu.Label>
        {schemes.map(s => (
          <MenuChoice
            key={s.value}
            value={s.value}
            on={preferences.scheme === s.value}
            icon={s.icon}
            choose={() => change({ scheme: s.value })}
          >
            {t(s.label)}
          </MenuChoice>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('language')}</Menu.Label>
        {locales.map(l => (
          <MenuChoice key={l} value={l} on={locale === l} icon={Languages} lang={l} choose={() => change({ language: l })}>
            {localeNames[l]}
          </MenuChoice>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={15} />} onClick={() => void signOut()}>
          {t('sign_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

async function signOut() {
  try {
    await api('DELETE /api/session')
  } finally {
    location.assign('/sign-in')
  }
}
