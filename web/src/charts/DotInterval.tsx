/** A figure from 0 to 100 as a dot in its interval, with the goal marked; grey while too few have answered. */
export function DotInterval(p: { mean: number; low?: number; high?: number; goal?: number; few?: boolean; label: string }) {
  const at = (v: number) => `${Math.min(100, Math.max(0, v))}%`
  return (
    <div className="dotint" role="img" aria-label={p.label} data-few={p.few || undefined}>
      {p.low !== undefined && p.high !== undefined && <i style={{ left: at(p.low), width: at(p.high - p.low) }} />}
      {p.goal !== undefined && <s style={{ left: at(p.goal) }} />}
      <b style={{ left: at(p.mean) }} />
    </div>
  )
}
