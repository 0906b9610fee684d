import { Button } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import { signInAddress, useMe } from '../app/session.ts'
import { asProblem } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
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

/** What went wrong; where the sign-in was too long ago, the way to a fresh one. */
export function Fault({ error }: { error: unknown }) {
  const { t } = useT()
  const say = useProblemText()
  const me = useMe()
  if (!error) return null
  const stale = asProblem(error).kind === 'forbidden' && !me.fresh
  return (
    <p className={css.fault} role="alert">
      {stale ? t('account.stale') : say(error)}{' '}
      {stale && (
        <Button component="a" variant="default" size="compact-xs" href={signInAddress('/account')}>
          {t('account.sign_in_again')}
        </Button>
      )}
    </p>
  )
}
