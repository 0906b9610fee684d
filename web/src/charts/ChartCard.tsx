import { ActionIcon, Tooltip } from '@mantine/core'
import { ChartLine, Download, Table } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { useT } from '../lib/i18n.ts'
import { csv } from './scale.ts'

export type TableOf = { head: string[]; rows: (string | number)[][]; file: string }

/** A chart with its question as title, and the same figures as a table and as a file. */
export function ChartCard(p: { title: string; sub?: string; legend?: ReactNode; table: TableOf; children: ReactNode }) {
  const { t } = useT()
  const [asTable, setAsTable] = useState(false)
  const id = useId()
  const label = t(asTable ? 'chart.as_chart' : 'chart.as_table')
  return (
    <section className="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{p.title}</h2>
        {p.sub && <span className="sub">{p.sub}</span>}
        <span className="grow" />
        {!asTable && p.legend}
        <span className="tools">
          <Tooltip label={label}>
            <ActionIcon variant="subtle" color="gray" aria-label={label} aria-pressed={asTable} onClick={() => setAsTable(x => !x)}>
              {asTable ? <ChartLine size={16} /> : <Table size={16} />}
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t('chart.csv')}>
            <ActionIcon variant="subtle" color="gray" aria-label={t('chart.csv')} onClick={() => save(p.table)}>
              <Download size={16} />
            </ActionIcon>
          </Tooltip>
        </span>
      </header>
      {asTable ? <ChartTable table={p.table} title={p.title} /> : p.children}
    </section>
  )
}

/** The figures of a chart as rows; the first column heads its row. */
export function ChartTable({ table, title }: { table: TableOf; title: string }) {
  return (
    <section className="chart-table" tabIndex={0} aria-label={title}>
      <table className="grid">
        <thead>
          <tr>
            {table.head.map(h => (
              <th key={h} scope="col">
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(r => (
            <tr key={String(r[0])}>
              {r.map((c, i) =>
                i === 0 ? (
                  <th key={table.head[i]} scope="row">
                    {c}
                  </th>
                ) : (
                  <td key={table.head[i]} className="num">
                    {c}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Hands the figures to the browser as a file; the byte order mark makes spreadsheets read it as UTF-8. */
function save(table: TableOf) {
  const url = URL.createObjectURL(new Blob(['\ufeff', csv(table.head, table.rows)], { type: 'text/csv;charset=utf-8' }))
  const a = document.createElement('a')
  a.href = url
  a.download = `${table.file}.csv`
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
