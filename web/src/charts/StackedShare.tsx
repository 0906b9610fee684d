import { num } from '../lib/format.ts'
import { useT } from '../lib/i18n.ts'

export type Share = { key: string; label: string; count: number; colour: string }

/** How a whole is divided, in a fixed order with direct labels; at most five parts, since no more can be told apart. */
export function StackedShare({ parts, label }: { parts: Share[]; label: string }) {
  const { locale } = useT()
  const total = parts.reduce((n, p) => n + p.count, 0)
  return (
    <>
      <div className="states" role="img" aria-label={`${label}: ${parts.map(p => `${p.label} ${p.count}`).join(', ')}`}>
        {total > 0 && parts.map(p => p.count > 0 && <i key={p.key} style={{ flexGrow: p.count, background: p.colour }} />)}
      </div>
      <ul className="keyrow" aria-hidden="true">
        {parts.map(p => (
          <li key={p.key}>
            <i style={{ background: p.colour }} />
            {p.label} <b className="num">{num(locale, p.count)}</b>
          </li>
        ))}
      </ul>
    </>
  )
}
