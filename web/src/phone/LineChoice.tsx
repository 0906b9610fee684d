import { Button } from '@mantine/core'
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
  const chosen = going ?? (shown.chosen ? 'desk' : 'browser')
  const lines = [
    { id: 'browser', name: t('phone.desk.browser'), sub: '' },
    {
      id: 'desk',
      name: t('phone.desk.account', { account: shown.account }),
      sub: t(shown.registered ? 'phone.desk.registered' : 'phone.desk.not_registered'),
    },
  ] as const
  return (
    <fieldset className={css.choice} aria-busy={going !== undefined}>
      <legend>{t('phone.desk.where')}</legend>
      {lines.map(l => (
        <label key={l.id}>
          <input type="radio" name="line" value={l.id} checked={chosen === l.id} disabled={calling} onChange={() => void choose(l.id)} />
          <span>{l.name}</span>
          {l.sub && <span className="sub">{l.sub}</span>}
        </label>
      ))}
      {calling && <p className="sub">{t('phone.desk.in_call')}</p>}
      <div role="alert">{wrong ? say(wrong) : null}</div>
    </fieldset>
  )
}
