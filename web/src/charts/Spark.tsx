import { line, plane } from './scale.ts'

/** A curve the size of a word; what it says stands beside it as a figure. */
export function Spark({ values, width = 72, height = 20 }: { values: number[]; width?: number; height?: number }) {
  if (values.length < 2) return null
  const xy = plane({ left: 1, right: width - 1, top: 2, bottom: height - 2 }, values.length, Math.max(1, ...values))
  return (
    <svg className="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={line(xy, values)} />
    </svg>
  )
}
