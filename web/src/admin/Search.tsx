import { TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useT } from '../lib/i18n.ts'
import css from './admin.module.css'

/** The field that narrows a list, and how many are left. */
export function SearchField({ label, value, set, count }: { label: string; value: string; set: (v: string) => void; count: number }) {
  const { t } = useT()
  return (
    <div className={css.tools}>
      <TextInput
        className={css.search}
        type="search"
        aria-label={label}
        placeholder={label}
        leftSection={<Search size={14} aria-hidden="true" />}
        value={value}
        onChange={e => set(e.currentTarget.value)}
      />
      <span className="sub" role="status">
        {value.trim() ? t('admin.count', { n: count }) : count > 0 && t('admin.total', { n: count })}
      </span>
    </div>
  )
}
