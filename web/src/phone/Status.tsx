import { Button, Menu } from '@mantine/core'
import { AudioLines, ChevronDown, Ear, Headset, PhoneCall, PhoneOutgoing, RefreshCw } from 'lucide-react'
import { useCan } from '../app/session.ts'
import { useT } from '../lib/i18n.ts'
import { type Level, StatusMark } from '../ui/Status.tsx'
import { openDial, openDialog } from './dial.ts'
import type { Standing } from './line.ts'
import css from './phone.module.css'
import { retry, setChoice, takeOver, usePhone } from './phone.ts'
import { adviceFor } from './Trouble.tsx'

const levels: Record<Standing, Level> = { off: 'none', elsewhere: 'none', connecting: 'none', ready: 'ok', lost: 'warn', blocked: 'bad' }

/** The headset in the top bar: whether calls can come, and everything about the line behind it. */
export default function Status() {
  const { t } = useT()
  const can = useCan()
  const phone = usePhone()
  const { standing } = phone
  if (!can('calls.take') || standing === 'off') return null
  return (
    <Menu width={290} position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          className={css.status}
          data-s={levels[standing]}
          aria-label={t('phone.line_is', { state: t(`phone.standing.${standing}`) })}
          rightSection={<ChevronDown size={14} aria-hidden="true" />}
        >
          <Headset size={15} aria-hidden="true" />
          <StatusMark level={levels[standing]} />
          <span className="hide-s">{t(`phone.standing.${standing}`)}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={css.wrap}>
          {standing === 'blocked' ? t(adviceFor(phone.why)) : t(`phone.standing_text.${standing}`)}
        </Menu.Label>
        {standing === 'elsewhere' && (
          <Menu.Item leftSection={<PhoneCall size={15} />} onClick={takeOver}>
            {t('phone.take_over')}
          </Menu.Item>
        )}
        {standing === 'blocked' && (
          <Menu.Item leftSection={<RefreshCw size={15} />} onClick={retry}>
            {t('retry')}
          </Menu.Item>
        )}
        {can('calls.out') && (
          <Menu.Item leftSection={<PhoneOutgoing size={15} />} onClick={() => openDial()}>
            {t('phone.call_out')}
          </Menu.Item>
        )}
        {can('contacts.listen') && (
          <Menu.Item leftSection={<Ear size={15} />} onClick={() => openDialog({ kind: 'live' })}>
            {t('phone.live')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<AudioLines size={15} />} onClick={() => openDialog({ kind: 'devices' })}>
          {t('phone.devices')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.CheckboxItem checked={phone.choice.auto_answer} onChange={on => void setChoice({ auto_answer: on })}>
          {t('phone.auto_answer')}
        </Menu.CheckboxItem>
      </Menu.Dropdown>
    </Menu>
  )
}
