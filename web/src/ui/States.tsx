import { Button, Skeleton } from '@mantine/core'
import { CircleAlert, Inbox, type LucideIcon, RotateCcw } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { asProblem, type Kind } from '../lib/api.ts'
import { type Key, useT } from '../lib/i18n.ts'

/** Nothing here: what that means, and one thing to do. */
export function Empty({
  title,
  text,
  icon: Icon = Inbox,
  action,
}: {
  title: string
  text?: string
  icon?: LucideIcon
  action?: ReactNode
}) {
  return (
    <div className="empty">
      <Icon size={28} strokeWidth={1.5} aria-hidden="true" />
      <p className="empty-t">{title}</p>
      {text && <p className="sub">{text}</p>}
      {action}
    </div>
  )
}

const words: Record<Kind, Key> = {
  offline: 'problem.offline',
  unavailable: 'problem.unavailable',
  forbidden: 'problem.forbidden',
  missing: 'problem.missing',
  conflict: 'problem.conflict',
  exhausted: 'problem.exhausted',
  invalid: 'problem.invalid',
  unknown: 'problem.unknown',
  internal: 'problem.internal',
}

/** What a failure means, in the reader's words. */
export function useProblemText() {
  const { t } = useT()
  return (error: unknown) => {
    const p = asProblem(error)
    const text = t(words[p.kind])
    return p.kind === 'invalid' && p.detail ? `${text} ${p.detail}` : text
  }
}

/** What failed, what still works, and a way to try again. */
export function ErrorState({ error, what, retry }: { error: unknown; what: string; retry?: () => void }) {
  const { t } = useT()
  const say = useProblemText()
  return (
    <div className="empty" role="alert">
      <CircleAlert size={28} strokeWidth={1.5} aria-hidden="true" />
      <p className="empty-t">{what}</p>
      <p className="sub">{say(error)}</p>
      {retry && (
        <Button variant="default" leftSection={<RotateCcw size={14} aria-hidden="true" />} onClick={retry}>
          {t('retry')}
        </Button>
      )}
    </div>
  )
}

/** True after a moment: what loads faster shows no skeleton at all. */
export function useSlow(afterMS = 150) {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), afterMS)
    return () => clearTimeout(timer)
  }, [afterMS])
  return slow
}

/** The shape of what is coming, once it is late. `rows` are heights in rem, each different. */
export function Loading({ rows }: { rows: number[] }) {
  const { t } = useT()
  const slow = useSlow()
  return (
    <div className="loading" role="status" aria-label={t('loading')}>
      {slow && rows.map(h => <Skeleton key={h} height={`${h}rem`} radius="sm" />)}
    </div>
  )
}
