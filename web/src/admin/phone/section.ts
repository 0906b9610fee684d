import type { LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'
import type { ConfigPhone } from '../../gen/api.gen.ts'
import type { Key } from '../../lib/i18n.ts'
import type { About, Column, FormProps } from '../section.ts'

/** The lists of the phone section that are edited one entry at a time. */
export type ListName = 'trunks' | 'lines' | 'scripts' | 'accounts' | 'notices'
export type PhoneEntry<N extends ListName> = ConfigPhone[N][number]

/** One list of the phone section and how its entries are shown, made and edited. */
export type PhoneSection<N extends ListName> = {
  name: N
  icon: LucideIcon
  heading: Key
  text: Key
  one: Key
  title: (e: PhoneEntry<N>, about: About) => string
  make: (about: About) => PhoneEntry<N>
  columns: Column<PhoneEntry<N>>[]
  Form: ComponentType<FormProps<PhoneEntry<N>>>
}
