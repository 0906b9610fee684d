import { Button, Modal, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Phone } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useT } from '../lib/i18n.ts'
import { placeCall, useAct } from './actions.ts'
import { Keypad } from './Keypad.tsx'
import { bare, looksLikeNumber, readable } from './numbers.ts'
import css from './phone.module.css'
import { currentCall, usePhone } from './phone.ts'

/** Calls out: a number from the screen, typed, or pressed. */
export default function DialPad({ number, customer, close }: { number: string; customer?: number; close: () => void }) {
  const { t } = useT()
  const phone = usePhone()
  const navigate = useNavigate()
  const { busy, act } = useAct()
  const [text, setText] = useState(number ? readable(number) : '')
  const ready = phone.standing === 'ready' && !currentCall(phone.calls)
  const go = async (e: FormEvent) => {
    e.preventDefault()
    if (!ready || !looksLikeNumber(text)) return
    await act('dial', async () => {
      const call = await placeCall(bare(text), customer)
      close()
      await navigate({ to: '/desk', search: { c: String(call.contact_id) } } as never)
    })
  }
  return (
    <Modal opened onClose={close} title={t('phone.call_out')} size="xs" closeButtonProps={{ 'aria-label': t('close') }}>
      <form className={css.dial} onSubmit={e => void go(e)}>
        <TextInput
          data-autofocus
          type="tel"
          size="md"
          autoComplete="off"
          label={t('phone.number')}
          value={text}
          onChange={e => setText(e.currentTarget.value)}
        />
        <Keypad quiet press={k => setText(x => x + k)} />
        {!ready && <p className="sub">{t(currentCall(phone.calls) ? 'phone.busy_now' : 'phone.no_line')}</p>}
        <Button
          type="submit"
          fullWidth
          size="md"
          loading={busy === 'dial'}
          disabled={!ready || !looksLikeNumber(text)}
          leftSection={<Phone size={16} aria-hidden="true" />}
        >
          {t('phone.dial')}
        </Button>
      </form>
    </Modal>
  )
}
