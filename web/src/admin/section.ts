import type { LucideIcon } from 'lucide-react'
import type { ComponentType, ReactNode } from 'react'
import type { ConfigDocument } from '../gen/api.gen.ts'
import type { Key, Locale, Translate } from '../lib/i18n.ts'
import type { Draft } from './draft.ts'
import type { EntryOf, SectionName } from './queries.ts'

/** What columns and forms are told besides the entry itself. */
export type About = { document: ConfigDocument; t: Translate; locale: Locale }

export type Column<T> = { head: Key; cell: (e: T, about: About) => ReactNode; wide?: boolean }
export type FormProps<T> = { draft: Draft<T>; document: ConfigDocument; readOnly: boolean }

/** One list of the configuration and how its entries are shown, found, made and edited. */
export type Section<S extends SectionName> = {
  name: S
  icon: LucideIcon
  text: Key
  one: Key
  title: (e: EntryOf<S>, about: About) => string
  find: (e: EntryOf<S>, about: About) => string
  make: (d: ConfigDocument) => EntryOf<S>
  columns: Column<EntryOf<S>>[]
  order?: (list: EntryOf<S>[], about: About) => EntryOf<S>[]
  indent?: (e: EntryOf<S>, about: About) => number
  Form: ComponentType<FormProps<EntryOf<S>>>
  Beside?: ComponentType<{ entry: EntryOf<S>; document: ConfigDocument }>
  action?: string
}
