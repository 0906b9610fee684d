import type { ReactNode } from 'react'

/** How something stands. Severity is carried by shape and weight first and by hue last, so it survives colour blindness and a grey print. */
export type Level = 'ok' | 'warn' | 'bad' | 'none'

const shapes: Record<Level, ReactNode> = {
  ok: <circle cx="6" cy="6" r="5" />,
  warn: <path d="M6 .8 11.6 11H.4z" />,
  bad: <path d="M6 .2 11.8 6 6 11.8.2 6z" />,
  none: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />,
}

/** The shape alone, where words stand beside it. */
export const StatusMark = ({ level }: { level: Level }) => (
  <svg className="st-mark" data-s={level} viewBox="0 0 12 12" width="10" height="10" fill="currentColor" aria-hidden="true">
    {shapes[level]}
  </svg>
)

/** A status in words: bare when all is well, a tinted pill when it needs a look, a solid one when it needs a hand. */
export const Status = ({ level, children }: { level: Level; children: ReactNode }) => (
  <span className="st" data-s={level}>
    <StatusMark level={level} />
    {children}
  </span>
)

/** Judges a share in thousandths against its goal, on the rounded figure that the reader sees; within ten points it is a warning. */
export function levelStatus(permille: number, goalPermille: number): Level {
  if (permille < 0) return 'none'
  const seen = Math.round(permille / 10)
  const goal = Math.round(goalPermille / 10)
  if (seen >= goal) return 'ok'
  return seen >= goal - 10 ? 'warn' : 'bad'
}

/** Judges a wait against its target: past it is a warning, past twice of it is bad. */
export function waitStatus(waitMS: number, targetMS: number): Level {
  if (targetMS <= 0) return 'none'
  if (waitMS <= targetMS) return 'ok'
  return waitMS <= 2 * targetMS ? 'warn' : 'bad'
}
