import { initials } from '../lib/format.ts'

/** Two letters for a person; the name is beside it or in its label. */
export function Avatar({ name, title, size = 28 }: { name: string; title?: string; size?: number }) {
  const style = { width: size, height: size, fontSize: size * 0.4 }
  if (!title) return <span className="avatar" style={style} data-initials={initials(name)} aria-hidden="true" />
  return <span className="avatar" style={style} data-initials={initials(name)} title={title} role="img" aria-label={title} />
}
