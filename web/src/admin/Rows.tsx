import { useT } from '../lib/i18n.ts'
import css from './admin.module.css'
import type { About, Column } from './section.ts'

type Props<T> = {
  caption: string
  rows: T[]
  columns: Column<T>[]
  about: About
  title: (e: T, about: About) => string
  indent?: (e: T) => number
  open: (e: T) => void
}

/** Entries of the configuration as a table: the first column is the name that opens one. */
export function Rows<T extends { id: number }>({ caption, rows, columns, about, title, indent, open }: Props<T>) {
  const { t } = useT()
  return (
    <table className={css.table}>
      <caption className="vh">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t('admin.name')}</th>
          {columns.map(c => (
            <th key={c.head} scope="col" className={c.wide ? 'hide-s' : undefined}>
              {t(c.head)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(e => (
          <tr key={e.id}>
            <th scope="row">
              <button
                type="button"
                className={css.open}
                style={{ paddingInlineStart: `${(indent?.(e) ?? 0) * 1.25}rem` }}
                onClick={() => open(e)}
              >
                {title(e, about)}
              </button>
            </th>
            {columns.map(c => (
              <td key={c.head} className={c.wide ? 'hide-s' : undefined}>
                {c.cell(e, about)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
