import type { ReactNode } from 'react'
import type { Level } from './Status.tsx'

/** One figure of a board: what it is, how much, and against what. The foot keeps two lines so that tiles of a row stand level. */
export function Kpi(p: {
  label: string
  value?: ReactNode
  level?: Level
  foot?: ReactNode
  children?: ReactNode
  wide?: boolean
  small?: boolean
}) {
  return (
    <div className="kpi" data-s={p.level} data-wide={p.wide || undefined}>
      <dt>{p.label}</dt>
      {p.value !== undefined && <dd className={p.small ? 'v m num' : 'v num'}>{p.value}</dd>}
      {p.children && <dd className="k">{p.children}</dd>}
      {p.foot !== undefined && <dd className="n">{p.foot}</dd>}
    </div>
  )
}

/** A bar from 0 to 1 with the goal marked on it. */
export function GoalBar({ share, goal, label }: { share: number; goal: number; label: string }) {
  const w = `${Math.min(100, Math.max(0, share * 100))}%`
  return (
    <div className="goal" role="img" aria-label={label}>
      <i style={{ width: w }} data-met={share >= goal || undefined} />
      <b style={{ left: `${goal * 100}%` }} />
    </div>
  )
}
