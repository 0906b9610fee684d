import { Button, Radio } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useCan } from '../app/session.ts'
import { useT } from '../lib/i18n.ts'
import { Loading, useProblemText } from '../ui/States.tsx'
import { chooseLine, deskPhone } from './actions.ts'
import css from './phone.module.css'
import { currentCall, retry, usePhone } from './phone.ts'
import type { DeskPhone } from './types.ts'

const key = ['phone', 'desk']
const askEveryMS = 3000
const none: DeskPhone = { account: '', chosen: false, registered: false }

export type LineShown = { shown?: DeskPhone; asking: boolean; failed: unknown; again: () => void }

/** The person's desk phone while the dialog is open: at once as the line tells it, otherwise when the centre has answered. */
export function useLine(): LineShown {
  const phone = usePhone()
  const can = useCan()
  const asked = useQuery({
    queryKey: key,
    queryFn: deskPhone,
    enabled: can('calls.take'),
    refetchInterval: askEveryMS,
    initialData: phone.standing === 'ready' ? (phone.desk ?? none) : undefined,
    initialDataUpdatedAt: 0,
  })
  return { shown: asked.data, asking: asked.isLoading, failed: asked.data ? undefined : asked.error, again: () => void asked.refetch() }
}

/** This browser or the desk phone; said only to whoever has one. */
export function LineChoice({ line: { shown, asking, failed, again } }: { line: LineShown }) {
  const { t } = useT()
  const say = useProblemText()
  const client = useQueryClient()
  const phone = usePhone()
  const [going, setGoing] = useState<string>()
  const [wrong, setWrong] = useState<unknown>()
  if (asking) return <Loading rows={[5]} />
  if (failed)
    return (
      <div className={css.trouble} role="alert">
        <span>
          {t('phone.desk.failed')} {say(failed)}
        </span>
        <Button size="compact-sm" variant="default" onClick={again}>
          {t('retry')}
        </Button>
      </div>
    )
  if (!shown?.account) return null
  const calling = currentCall(phone.calls) !== undefined
  const choose = async (line: 'browser' | 'desk') => {
    if (going) return
    setGoing(line)
    setWrong(undefined)
    try {
      await client.cancelQueries({ queryKey: key })
      client.setQueryData(key, await chooseLine(line))
      if (phone.standing === 'blocked') retry()
    } catch (e) {
      setWrong(e)
    } finally {
      setGoing(undefined)
    }
  }
  return (
    <Radio.Group
      label={t('phone.desk.where')}
      description={calling ? t('phone.desk.in_call') : undefined}
      error={wrong ? <span role="alert">{say(wrong)}</span> : undefined}
      value={going ?? (shown.chosen ? 'desk' : 'browser')}
      onChange={v => void choose(v as 'browser' | 'desk')}
      aria-busy={going !== undefined}
    >
      <div className={css.choice}>
        <Radio value="browser" label={t('phone.desk.browser')} disabled={calling} />
        <Radio
          value="desk"
          label={t('phone.desk.account', { account: shown.account })}
          description={t(shown.registered ? 'phone.desk.registered' : 'phone.desk.not_registered')}
          disabled={calling}
        />
      </div>
    </Radio.Group>
  )
}
