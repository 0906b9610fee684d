import { Button, Menu } from '@mantine/core'
import { AudioLines, ChevronDown, Ear, Headset, Phone, PhoneCall, PhoneOutgoing, RefreshCw } from 'lucide-react'
import { useCan } from '../app/session.ts'
import { type Key, useT } from '../lib/i18n.ts'
import { type Level, StatusMark } from '../ui/Status.tsx'
import { openDial, openDialog } from './dial.ts'
import type { Standing } from './line.ts'
import css from './phone.module.css'
import { onDesk, retry, type Phone as State, setChoice, takeOver, usePhone } from './phone.ts'
import { adviceFor } from './Trouble.tsx'

const levels: Record<Standing, Level> = { off: 'none', elsewhere: 'none', connecting: 'none', ready: 'ok', lost: 'warn', blocked: 'bad' }

/** How the line stands in a word and in a sentence. A desk phone that is not signed in is a line that nobody can be called on. */
function said(phone: State): { level: Level; word: Key; text: Key } {
  const s = phone.standing
  if (s === 'ready' && onDesk(phone))
    return phone.desk?.registered
      ? { level: 'ok', word: 'phone.desk.ready', text: 'phone.desk.ready_text' }
      : { level: 'bad', word: 'phone.desk.away', text: 'phone.desk.away_text' }
  return {
    level: levels[s],
    word: `phone.standing.${s}` as Key,
    text: s === 'blocked' ? adviceFor(phone.why) : (`phone.standing_text.${s}` as Key),
  }
}

/** The headset, or the desk phone, in the top bar: whether calls can come, and everything about the line behind it. */
export default function Status() {
  const { t } = useT()
  const can = useCan()
  const phone = usePhone()
  const { standing } = phone
  if (!can('calls.take') || standing === 'off') return null
  const desk = onDesk(phone)
  const { level, word, text } = said(phone)
  const Icon = desk ? Phone : Headset
  return (
    <Menu width={290} position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          className={css.status}
          data-s={level}
          aria-label={t('phone.line_is', { state: t(word) })}
          rightSection={<ChevronDown size={14} aria-hidden="true" />}
        >
          <Icon size={15} aria-hidden="true" />
          <StatusMark level={level} />
          <span className="hide-s">{t(word)}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={css.wrap}>{t(text)}</Menu.Label>
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
        {!desk && (
          <>
            <Menu.Divider />
            <Menu.CheckboxItem checked={phone.choice.auto_answer} onChange={on => void setChoice({ auto_answer: on })}>
              {t('phone.auto_answer')}
            </Menu.CheckboxItem>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
