import { Button, TextInput } from '@mantine/core'
import { Plus, Search } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { useUrl } from '../app/router.tsx'
import { useCan } from '../app/session.ts'
import type { ConfigDocument } from '../gen/api.gen.ts'
import { useT } from '../lib/i18n.ts'
import { Empty } from '../ui/States.tsx'
import css from './admin.module.css'
import type { EntryOf, SectionName } from './queries.ts'
import { Rows } from './Rows.tsx'
import type { About, Section } from './section.ts'
import { inSentence } from './words.ts'

const pageSize = 60

/** Every entry of a section: found by typing, opened by a click, a page at a time. */
export function List<S extends SectionName>({ section, document }: { section: Section<S>; document: ConfigDocument }) {
  const { t, locale } = useT()
  const can = useCan()
  const [url, go] = useUrl()
  const [most, setMost] = useState(pageSize)
  const query = useDeferredValue(url.q ?? '')
  const about: About = { document, t, locale }
  const all = document[section.name] as EntryOf<S>[]
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const hits = all.filter(e => {
    const text = `${e.key} ${section.find(e, about)}`.toLowerCase()
    return words.every(w => text.includes(w))
  })
  const rows = words.length || !section.order ? hits : section.order(hits, about)
  const mayAdd = can(section.action ?? 'config.write')
  const add = mayAdd && (
    <Button leftSection={<Plus size={14} aria-hidden="true" />} onClick={() => go({ id: 'new', q: undefined })}>
      {t(section.one)}
    </Button>
  )
  return (
    <>
      <div className={css.tools}>
        <TextInput
          className={css.search}
          type="search"
          aria-label={t('admin.search', { what: inSentence(t(`admin.s.${section.name}`)) })}
          placeholder={t('admin.search', { what: inSentence(t(`admin.s.${section.name}`)) })}
          leftSection={<Search size={14} aria-hidden="true" />}
          value={url.q ?? ''}
          onChange={e => go({ q: e.currentTarget.value || undefined }, true)}
        />
        <span className="sub" role="status">
          {all.length > 0 && t(words.length ? 'admin.count' : 'admin.total', { n: rows.length })}
        </span>
        <span className="grow" />
        {all.length > 0 && add}
      </div>
      {!all.length && (
        <Empty
          icon={section.icon}
          title={t('admin.none', { what: inSentence(t(`admin.s.${section.name}`)) })}
          text={t(section.text)}
          action={add}
        />
      )}
      {all.length > 0 && !rows.length && (
        <Empty
          icon={Search}
          title={t('admin.no_hits', { query })}
          action={
            <Button variant="default" onClick={() => go({ q: undefined })}>
              {t('admin.clear_search')}
            </Button>
          }
        />
      )}
      {rows.length > 0 && (
        <div className={css.tablebox}>
          <Rows
            caption={t(`admin.s.${section.name}`)}
            rows={rows.slice(0, most)}
            columns={section.columns}
            about={about}
            title={section.title}
            indent={words.length ? undefined : e => section.indent?.(e, about) ?? 0}
            open={e => go({ id: String(e.id) })}
          />
          {rows.length > most && (
            <Button variant="subtle" fullWidth onClick={() => setMost(most + pageSize)}>
              {t('admin.show_more', { n: rows.length - most })}
            </Button>
          )}
        </div>
      )}
    </>
  )
}
