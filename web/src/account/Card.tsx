import { Button } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import { signInAddress, useMe } from '../app/session.ts'
import { asProblem } from '../lib/api.ts'
import { type Key, useT } from '../lib/i18n.ts'
import { useProblemText } from '../ui/States.tsx'
import css from './account.module.css'

/** One matter of the account under its heading. */
export function Card({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  const id = useId()
  return (
    <section className={`card ${css.card}`} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {text && <p className="sub">{text}</p>}
      {children}
    </section>
  )
}

/** The server's words that people meet here, each with ours. */
const told: [RegExp, Key][] = [
  [/is not your password/, 'account.password.wrong'],
  [/too easy to guess/, 'account.password.easy'],
  [/the code is wrong/, 'account.totp.wrong'],
  [/begin with a new secret|taken too long/, 'account.begin_again'],
  [/passkeys need the centre to have a name/, 'account.passkeys.no_name'],
]

/** What went wrong; where the sign-in was too long ago, the way to a fresh one. */
export function Fault({ error }: { error: unknown }) {
  const { t } = useT()
  const say = useProblemText()
  const me = useMe()
  if (!error) return null
  const problem = asProblem(error)
  const stale = problem.kind === 'forbidden' && !me.fresh
  const known = told.find(([pattern]) => pattern.test(problem.detail))?.[1]
  return (
    <p className={css.fault} role="alert">
      {stale ? t('account.stale') : known ? t(known) : say(error)}{' '}
      {stale && (
        <Button component="a" variant="default" size="compact-xs" href={signInAddress('/account')}>
          {t('account.sign_in_again')}
        </Button>
      )}
    </p>
  )
}
