/** Counts over few categories as level bars from zero, labelled directly. */
export function Bars({
  items,
  label,
  format,
}: {
  items: { key: string; label: string; value: number; level?: string }[]
  label: string
  format: (n: number) => string
}) {
  const max = Math.max(1, ...items.map(i => i.value))
  return (
    <ul className="bars" aria-label={label}>
      {items.map(i => (
        <li key={i.key} data-s={i.level}>
          <span>{i.label}</span>
          <div aria-hidden="true">
            <i style={{ width: `${(i.value / max) * 100}%` }} />
          </div>
          <b className="num">{format(i.value)}</b>
        </li>
      ))}
    </ul>
  )
}
