import { type KeyboardEvent, type RefObject, useId, useMemo, useState } from 'react'
import { useNames } from '../app/session.ts'
import { useT } from '../lib/i18n.ts'
import { type Blanks, fill, findCanned, type Hit, slashWord } from './canned.ts'
import css from './desk.module.css'

type Ask = {
  field: RefObject<HTMLTextAreaElement | null>
  text: string
  write: (text: string) => void
  brand: number
  language: string
  blanks: Blanks
}

/** Canned texts at the caret: a slash opens the list, arrows choose, Enter or Tab puts the text where the slash stood and nowhere else. */
export function useCanned({ field, text, write, brand, language, blanks }: Ask) {
  const names = useNames()
  const id = useId()
  const [caret, setCaret] = useState(0)
  const [at, setAt] = useState(0)
  const [shut, setShut] = useState<number>()
  const slash = slashWord(text, Math.min(caret, text.length))
  const word = slash?.word
  const hits = useMemo(
    () => (word === undefined ? [] : findCanned(names.canned, word, brand, language)),
    [names.canned, word, brand, language],
  )
  const open = !!slash && hits.length > 0 && shut !== slash.from
  const chosen = Math.min(at, hits.length - 1)
  const choose = (hit: Hit) => {
    if (!slash) return
    const filled = fill(hit.text, blanks)
    const end = slash.from + slash.word.length + 1
    write(text.slice(0, slash.from) + filled + text.slice(end))
    const place = slash.from + filled.length
    setTimeout(() => {
      field.current?.focus()
      field.current?.setSelectionRange(place, place)
      setCaret(place)
    })
  }
  const onKeyDown = (e: KeyboardEvent): boolean => {
    if (!open) return false
    const hit = hits[chosen]
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') setAt((chosen + (e.key === 'ArrowDown' ? 1 : hits.length - 1)) % hits.length)
    else if ((e.key === 'Enter' || e.key === 'Tab') && hit && !e.ctrlKey && !e.metaKey) choose(hit)
    else if (e.key === 'Escape') setShut(slash?.from)
    else return false
    e.preventDefault()
    e.stopPropagation()
    return true
  }
  const follow = () => {
    setCaret(field.current?.selectionStart ?? 0)
    setAt(0)
  }
  const props = {
    onSelect: () => setCaret(field.current?.selectionStart ?? 0),
    onInput: follow,
    'aria-haspopup': 'listbox' as const,
    'aria-autocomplete': 'list' as const,
    'aria-controls': open ? id : undefined,
    'aria-activedescendant': open ? `${id}-${hits[chosen]?.id}` : undefined,
  }
  return { open, hits, chosen, choose, id, onKeyDown, blanks, field: props }
}

type ListProps = { hits: Hit[]; chosen: number; choose: (h: Hit) => void; id: string; blanks: Blanks }

export function CannedList({ hits, chosen, choose, id, blanks }: ListProps) {
  const { t } = useT()
  return (
    <div className={css.canned} role="listbox" id={id} aria-label={t('canned.title')}>
      {hits.map((h, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard in the field, where the focus stays
        <div
          key={h.id}
          id={`${id}-${h.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === chosen}
          onMouseDown={e => e.preventDefault()}
          onClick={() => choose(h)}
          ref={el => {
            if (el && i === chosen) el.scrollIntoView({ block: 'nearest' })
          }}
        >
          <b>{h.title}</b> <span className="sub">/{h.key}</span>
          <p>{fill(h.text, blanks)}</p>
        </div>
      ))}
    </div>
  )
}
