import { NativeSelect } from '@mantine/core'
import { CalendarClock, CircleCheck, PhoneForwarded, PhoneOff, UserRound } from 'lucide-react'
import { useState } from 'react'
import type { ConfigDocument, IvrPath } from '../../gen/api.gen.ts'
import { num } from '../../lib/format.ts'
import { type Locale, localeNames, locales, useT } from '../../lib/i18n.ts'
import css from '../admin.module.css'
import { Part } from '../fields.tsx'
import { nameOf } from '../words.ts'
import own from './phone.module.css'
import { asTree, type Branch, straight } from './steps.ts'

const ends = {
  queue: UserRound,
  person: UserRound,
  outside: PhoneForwarded,
  promise: CircleCheck,
  closed: CalendarClock,
  end: PhoneOff,
} as const

/** Every way through the script, in words: what divides them stands below one another, and each ends in a person, a promise or a closing. */
export function Paths({
  paths,
  document,
  language,
  setLanguage,
  late,
}: {
  paths: IvrPath[] | undefined
  document: ConfigDocument
  language: string
  setLanguage: (l: Locale) => void
  late: boolean
}) {
  const { t, locale } = useT()
  const [words, setWords] = useState(false)
  const longest = Math.max(0, ...(paths ?? []).map(p => p.spoken_ms))
  return (
    <Part title={t('telephony.paths')} text={t('telephony.paths_text')}>
      <div className={css.need}>
        <NativeSelect
          size="xs"
          label={t('language')}
          value={language}
          onChange={e => setLanguage(e.currentTarget.value as Locale)}
          data={locales.map(l => ({ value: l, label: localeNames[l] }))}
        />
        <label className={own.tick}>
          <input type="checkbox" checked={words} onChange={e => setWords(e.currentTarget.checked)} /> {t('telephony.paths.words')}
        </label>
        {paths && (
          <span className="sub" role="status">
            {t('telephony.paths.count', { n: paths.length })} ·{' '}
            {t('telephony.paths.longest', { s: num(locale, Math.round(longest / 1000)) })}
          </span>
        )}
      </div>
      {paths && (
        <div className={own.tree} data-late={late || undefined}>
          <Level list={asTree(paths)} document={document} words={words} />
        </div>
      )}
    </Part>
  )
}

function Level({ list, document, words }: { list: Branch[]; document: ConfigDocument; words: boolean }) {
  return (
    <ul>
      {list.map((b, i) => {
        const row = straight(b)
        const last = row.at(-1)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: branches stand in the order of the script
          <li key={i}>
            {row.map((x, j) =>
              x.end ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <Ending key={j} path={x.end} document={document} />
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <span key={j} className={own.hop}>
                  {x.words}
                  {words && x.says && <q>{x.says}</q>}
                </span>
              ),
            )}
            {last && last.below.length > 1 && <Level list={last.below} document={document} words={words} />}
          </li>
        )
      })}
    </ul>
  )
}

function Ending({ path, document }: { path: IvrPath; document: ConfigDocument }) {
  const { t, locale } = useT()
  const Icon = ends[path.end]
  const queue = path.queue ? nameOf(document.queues, path.queue) : ''
  return (
    <b className={own.end} data-end={path.end}>
      <Icon size={14} aria-hidden="true" /> {t(`telephony.end.${path.end}`, { queue })}
      <span className="sub"> {t('telephony.paths.after', { s: num(locale, Math.round(path.spoken_ms / 1000)) })}</span>
      {path.after.length > 0 && (
        <span className={`sub ${own.afterwards}`}>{t('telephony.paths.then', { what: path.after.map(h => h.happens).join(', ') })}</span>
      )}
    </b>
  )
}
