import { useId } from 'react'
import { num } from '../lib/format.ts'
import { useT } from '../lib/i18n.ts'
import { band, line, plane, ticks, type XY } from './scale.ts'
import { useChart } from './useChart.ts'

/** One step of time: what was counted, and what is usual then with its interval. Absent values are not drawn. */
export type Point = { label: string; actual?: number | null; usual?: number | null; low?: number | null; high?: number | null }

/**
 * A curve of counts over time: actual solid, usual dashed in its band, and a rule at now. Arrow keys move the read-out.
 * `now` is the index of the step that is running; its count is not yet whole and is drawn faint.
 */
export function LineBand(p: { points: Point[]; now: number; title: string; actualName: string; usualName: string; height?: number }) {
  const { t, locale } = useT()
  const id = useId()
  const { points } = p
  const margin = { left: 40, right: 12 }
  const { box, width, rem, at, keys } = useChart(points.length, Math.max(0, p.now), margin)
  const h = Math.round((p.height ?? 14) * rem)
  const axis = rem * 0.6875
  const max = Math.max(4, ...points.map(q => Math.max(q.actual ?? 0, q.high ?? 0, q.usual ?? 0)))
  const ys = ticks(max, 4)
  const m = { left: margin.left, right: width - margin.right, top: 10, bottom: h - axis - 12 }
  const xy = plane(m, points.length, ys.at(-1) ?? max)
  const every = Math.max(1, Math.ceil(points.length / Math.max(2, Math.floor((width - margin.left) / (axis * 6))) / 4) * 4)
  const done = points.map((q, i) => (i < p.now ? q.actual : null))
  const running = points.map((q, i) => (i === p.now || i === p.now - 1 ? q.actual : null))
  const seen = at === null ? undefined : points[at]
  const read = seen ? readOut(seen, p.actualName, p.usualName, n => num(locale, Math.round(n))) : ''
  return (
    <div
      className="chart"
      ref={box}
      role="group"
      aria-roledescription={t('chart.role')}
      aria-label={p.title}
      aria-describedby={id}
      tabIndex={0}
      {...keys}
    >
      {width > 0 && (
        <svg width={width} height={h} aria-hidden="true" className="lb" style={{ fontSize: axis }}>
          <Axes ys={ys} points={points} every={every} xy={xy} m={m} axis={axis} bottom={h - 4} />
          <path
            className="band"
            d={band(
              xy,
              points.map(q => q.low),
              points.map(q => q.high),
            )}
          />
          <path
            className="fc"
            d={line(
              xy,
              points.map(q => q.usual),
            )}
          />
          <path className="ac" d={line(xy, done)} />
          <path className="ac running" d={line(xy, running)} />
          {p.now >= 0 && p.now < points.length && (
            <NowRule x={xy.x(p.now)} top={m.top} bottom={m.bottom} word={t('chart.now')} axis={axis} flip={xy.x(p.now) > m.right - 40} />
          )}
          {at !== null && seen && (
            <>
              <line className="cur" x1={xy.x(at)} x2={xy.x(at)} y1={m.top} y2={m.bottom} />
              <circle className="dot" r="4" cx={xy.x(at)} cy={xy.y(seen.actual ?? seen.usual ?? 0)} />
            </>
          )}
        </svg>
      )}
      <p id={id} className="readout num" aria-live="polite">
        {read}
      </p>
    </div>
  )
}

type AxesProps = { ys: number[]; points: Point[]; every: number; xy: XY; m: { left: number; right: number }; axis: number; bottom: number }

function Axes({ ys, points, every, xy, m, axis, bottom }: AxesProps) {
  const { locale } = useT()
  return (
    <>
      {ys.map(v => (
        <g key={v}>
          <line className="grid-l" x1={m.left} x2={m.right} y1={xy.y(v)} y2={xy.y(v)} />
          <text x={m.left - 8} y={xy.y(v) + axis * 0.35} textAnchor="end">
            {num(locale, v)}
          </text>
        </g>
      ))}
      {points.map(
        (q, i) =>
          i % every === 0 && (
            // A word at the very edge would be cut in half: it ends there instead.
            <text key={q.label} x={xy.x(i)} y={bottom} textAnchor={m.right - xy.x(i) < axis * 1.5 ? 'end' : 'middle'}>
              {q.label}
            </text>
          ),
      )}
    </>
  )
}

function NowRule(p: { x: number; top: number; bottom: number; word: string; axis: number; flip: boolean }) {
  return (
    <>
      <line className="now" x1={p.x} x2={p.x} y1={p.top} y2={p.bottom} />
      <text x={p.x + (p.flip ? -6 : 6)} y={p.top + p.axis} textAnchor={p.flip ? 'end' : 'start'}>
        {p.word}
      </text>
    </>
  )
}

function readOut(q: Point, actual: string, usual: string, n: (x: number) => string): string {
  const parts: string[] = []
  if (q.actual !== null && q.actual !== undefined) parts.push(`${actual} ${n(q.actual)}`)
  if (q.usual !== null && q.usual !== undefined) {
    const range = q.low !== null && q.low !== undefined && q.high !== null && q.high !== undefined ? ` (${n(q.low)}–${n(q.high)})` : ''
    parts.push(`${usual} ${n(q.usual)}${range}`)
  }
  return `${q.label}: ${parts.join(', ') || '–'}`
}
