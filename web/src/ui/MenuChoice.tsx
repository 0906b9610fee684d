import { Menu } from '@mantine/core'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

/** One of several choices in a menu, of which one holds. */
export function MenuChoice(p: {
  value: string
  on: boolean
  icon: LucideIcon
  side?: ReactNode
  lang?: string
  choose: () => void
  children: ReactNode
}) {
  return (
    <Menu.RadioItem value={p.value} checked={p.on} lang={p.lang} closeMenuOnClick rightSection={p.side} onChange={p.choose}>
      <span className="choice">
        <p.icon size={15} aria-hidden="true" />
        {p.children}
      </span>
    </Menu.RadioItem>
  )
}
