import { clock, left } from '../lib/format.ts'
import { useNow } from '../lib/now.ts'

/** Time since an instant, running. */
export function Since({ ms }: { ms: number }) {
  const now = useNow()
  return <time className="num">{clock(now - ms)}</time>
}

/** Time left until an instant, running. */
export function Until({ ms }: { ms: number }) {
  const now = useNow()
  return <time className="num">{left(Math.max(0, ms - now))}</time>
}

/** A ring that empties towards an instant, with the seconds left in it. */
export function RingTimer({ fromMS, untilMS, label }: { fromMS: number; untilMS: number; label: string }) {
  const now = useNow()
  const rest = Math.max(0, untilMS - now)
  const share = untilMS > fromMS ? Math.min(1, rest / (untilMS - fromMS)) : 0
  const around = 2 * Math.PI * 17
  return (
    <span className="ring" role="timer" aria-label={label} data-low={share < 0.3 || undefined}>
      <svg viewBox="0 0 40 40" width="40" height="40" aria-hidden="true">
        <circle className="ring-0" cx="20" cy="20" r="17" />
        <circle className="ring-1" cx="20" cy="20" r="17" strokeDasharray={`${around * share} ${around}`} transform="rotate(-90 20 20)" />
      </svg>
      <b className="num">{Math.ceil(rest / 1000)}</b>
    </span>
  )
}
