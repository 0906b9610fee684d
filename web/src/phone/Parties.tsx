import { Button } from '@mantine/core'
import { Ear, PhoneForwarded, Repeat, UserMinus, Users } from 'lucide-react'
import { useT } from '../lib/i18n.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { completeTo, conference, endConsult, hold, outside } from './actions.ts'
import { readable } from './numbers.ts'
import css from './phone.module.css'
import type { Call, Party } from './types.ts'

type Act = (name: string, run: () => Promise<unknown>) => Promise<boolean>

/** Others who have been brought in: a colleague asked for advice or somebody outside, and the leaders who listen. */
const third = (c: Call): Party | undefined => c.parties.find(p => p.kind === 'outside' || p.kind === 'adviser')

/** The second row of the bar, when there are more than two in the call: who, and what can be done. */
export function Parties({ call: c, act, busy }: { call: Call; act: Act; busy: string }) {
  const { t } = useT()
  const p = third(c)
  if (!p && !c.watchers.length && !c.trouble) return null
  return (
    <div className={css.parties}>
      {c.trouble && (
        <span className={css.fault} role="alert">
          {t(`phone.trouble.${c.trouble}` as 'phone.trouble.busy')}
        </span>
      )}
      {c.watchers.map(w => (
        <span key={w.name} className={css.watcher}>
          <Ear size={14} aria-hidden="true" /> {t(`phone.watch.${w.mode}`, { name: w.name })}
        </span>
      ))}
      {p && (
        <>
          <span className={css.third}>
            <Avatar name={p.name || p.number || '?'} size={24} />
            <b>{p.name || readable(p.number ?? '')}</b>
            <span className="sub">{t(p.holds ? 'phone.party.holds' : `phone.party.${p.state}`)}</span>
          </span>
          {c.role === 'agent' && <ThirdTools call={c} party={p} act={act} busy={busy} />}
        </>
      )}
    </div>
  )
}

function ThirdTools({ call: c, party: p, act, busy }: { call: Call; party: Party; act: Act; busy: string }) {
  const { t } = useT()
  const out = p.kind === 'outside'
  const answered = p.state !== 'ringing'
  const together = answered && !c.on_hold && c.parties.every(x => x.state === 'talking')
  const drop = () => (out ? outside(c, 'drop') : endConsult(c))
  const complete = () => (out ? outside(c, 'complete') : completeTo(c, p.agent_id ?? 0, t('phone.consult_done')))
  const tools = [
    { name: 'swap', label: t('phone.swap'), icon: Repeat, off: !answered || together, run: () => hold(c, !c.on_hold) },
    {
      name: 'conference',
      label: t(together ? 'phone.apart' : 'phone.together'),
      icon: Users,
      off: !answered,
      run: () => conference(c, !together),
    },
    { name: 'complete', label: t('phone.complete'), icon: PhoneForwarded, off: !answered, run: complete },
    { name: 'drop', label: t(answered ? 'phone.drop' : 'cancel'), icon: UserMinus, off: false, run: drop },
  ]
  return (
    <div className={css.tools} role="toolbar" aria-label={t('phone.third_tools')}>
      {tools.map(x => (
        <Button
          key={x.name}
          size="xs"
          variant={x.name === 'complete' ? 'filled' : 'default'}
          disabled={x.off}
          loading={busy === x.name}
          leftSection={<x.icon size={14} aria-hidden="true" />}
          onClick={() => void act(x.name, x.run)}
        >
          {x.label}
        </Button>
      ))}
    </div>
  )
}
