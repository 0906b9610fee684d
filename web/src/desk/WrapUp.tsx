import { Button, type ComboboxParsedItem, type OptionsFilter, Select, Textarea } from '@mantine/core'
import { CircleCheck, Timer } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, lazy, Suspense, useEffect, useRef, useState } from 'react'
import { type Names, useNames } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import { withWords } from '../app/words.ts'
import type { ContactDetail, WrapUpRequest } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { fits } from '../lib/fold.ts'
import { pick, useT } from '../lib/i18n.ts'
import { useNow } from '../lib/now.ts'
import { recall, remember } from '../lib/storage.ts'
import { spoken } from '../ui/channels.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { useProblemText } from '../ui/States.tsx'
import { Until } from '../ui/Timer.tsx'
import css from './desk.module.css'

const Recordings = lazy(() => withWords('phone', import('../phone/Recordings.tsx')))

type Outcome = WrapUpRequest['outcome']
const outcomes: Outcome[] = ['solved', 'not_solved', 'follow_up', 'wrong_number']

/** The reasons that can be chosen: those in use that have none below them, grouped under the ones above. */
export function reasonGroups(reasons: Names['reasons'], locale: string) {
  const parents = new Set(reasons.filter(r => r.active).map(r => r.parent_id))
  const leaves = reasons.filter(r => r.active && !parents.has(r.id))
  const title = (id: number | undefined) => {
    const r = reasons.find(x => x.id === id)
    return r ? pick(r.name, locale) : ''
  }
  const groups = new Map<string, { value: string; label: string }[]>()
  for (const r of leaves) {
    const g = title(r.parent_id)
    groups.set(g, [...(groups.get(g) ?? []), { value: String(r.id), label: pick(r.name, locale) }])
  }
  return [...groups].map(([group, items]) => ({ group, items }))
}

/** Keeps the reasons whose name, or whose group's name, holds the words searched for. */
const searchReasons: OptionsFilter = ({ options, search }) => {
  const found: ComboboxParsedItem[] = []
  for (const o of options) {
    if (!('items' in o)) {
      if (fits(o.label, search)) found.push(o)
      continue
    }
    const items = o.items.filter(i => fits(`${o.group} ${i.label}`, search))
    if (items.length) found.push({ ...o, items })
  }
  return found
}

/** What this agent has used lately in this queue, newest first. */
const usedKey = (queue: number) => `reasons.${queue}`
const used = (queue: number) => recall<number[]>(usedKey(queue)) ?? []

const mostSuggested = 4
/** The likeliest reasons: what this agent used last in the queue, what the customer came for before, then the first in the tree. */
function suggestions(detail: ContactDetail, known: Map<string, string>): string[] {
  const before = (detail.customer?.history ?? []).flatMap(h => (h.reason_id ? [h.reason_id] : []))
  const all = [...used(detail.contact.queue_id), ...before].map(String).filter(r => known.has(r))
  return [...new Set([...all, ...known.keys()])].slice(0, mostSuggested)
}

type ReasonProps = { detail: ContactDetail; focused: boolean; reason: string | null; choose: (reason: string | null) => void }

/** The reason: searched for as it is spoken of, or taken from what is likeliest. */
function ReasonField({ detail, focused, reason, choose }: ReasonProps) {
  const { t, locale } = useT()
  const names = useNames()
  const [search, setSearch] = useState('')
  const [open, setOpen] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (focused) field.current?.focus()
  }, [focused])
  const groups = reasonGroups(names.reasons, locale)
  const known = new Map(groups.flatMap(g => g.items.map(i => [i.value, i.label] as const)))
  const searching = search !== '' && reason === null
  const found = searching ? groups.flatMap(g => g.items.filter(i => fits(`${g.group} ${i.label}`, search))) : []
  // Enter takes the first that fits, unless the arrows point at another.
  const takeFirst = (e: KeyboardEvent<HTMLInputElement>) => {
    const first = found[0]
    if (e.key !== 'Enter' || e.ctrlKey || e.metaKey || !first || e.currentTarget.getAttribute('aria-activedescendant')) return
    e.preventDefault()
    choose(first.value)
    setOpen(false)
  }
  return (
    <div className={css.reason}>
      <Select
        ref={field}
        label={t('wrapup.reason')}
        placeholder={t('wrapup.find_reason')}
        data={groups}
        value={reason}
        onChange={choose}
        onSearchChange={setSearch}
        onKeyDown={takeFirst}
        dropdownOpened={open && (!searching || found.length > 0)}
        onDropdownOpen={() => setOpen(true)}
        onDropdownClose={() => setOpen(false)}
        searchable
        openOnFocus={false}
        required
        filter={searchReasons}
        comboboxProps={{ position: 'top', withinPortal: false }}
        selectFirstOptionOnChange
      />
      {searching && found.length === 0 && (
        <p className={css.noReason} role="status">
          {t('wrapup.no_reason')}
        </p>
      )}
      {reason === null && (
        <div className={css.suggested} role="group" aria-label={t('wrapup.suggested')}>
          {suggestions(detail, known).map(r => (
            <button key={r} type="button" onClick={() => choose(r)}>
              {known.get(r)}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}

/** Records reason and outcome; what was chosen is suggested first the next time. */
function useWrapUp(detail: ContactDetail, done: () => void) {
  const { t } = useT()
  const say = useProblemText()
  const [busy, setBusy] = useState(false)
  const c = detail.contact
  const save = async (body: WrapUpRequest) => {
    if (!body.reason_id || busy) return
    setBusy(true)
    try {
      await api('POST /api/contacts/{id}/wrap-up', { path: { id: c.id }, body })
      remember(usedKey(c.queue_id), [body.reason_id, ...used(c.queue_id).filter(r => r !== body.reason_id)].slice(0, 8))
      toast(t('wrapup.saved', { name: c.name || t('customer.unknown') }))
      done()
    } catch (e) {
      toast(say(e), { level: 'bad' })
      setBusy(false)
    }
  }
  return { busy, save }
}

/** Reason, outcome and note on one screen, by keyboard alone: Tab goes through, arrows choose the outcome, Ctrl+Enter is done. */
export default function WrapUp({ detail, focused, done }: { detail: ContactDetail; focused: boolean; done: () => void }) {
  const { t } = useT()
  const c = detail.contact
  const [reason, setReason] = useState<string | null>(detail.reason_id ? String(detail.reason_id) : null)
  const [outcome, setOutcome] = useState<Outcome>('solved')
  const [note, setNote] = useState('')
  const { busy, save } = useWrapUp(detail, done)
  const go = (e: FormEvent | KeyboardEvent) => {
    e.preventDefault()
    void save({ reason_id: Number(reason), outcome, note: note.trim() || undefined })
  }
  return (
    <form
      className={css.wrapup}
      aria-label={t('wrapup.title')}
      onSubmit={go}
      onKeyDown={e => e.key === 'Enter' && (e.ctrlKey || e.metaKey) && go(e)}
    >
      <header>
        <h3>{t('wrapup.title')}</h3>
        <TimeLeft detail={detail} />
      </header>
      <ReasonField detail={detail} focused={focused} reason={reason} choose={setReason} />
      <fieldset className={css.outcome}>
        <legend>{t('wrapup.outcome')}</legend>
        {outcomes.map(o => (
          <label key={o}>
            <input type="radio" name={`outcome-${c.id}`} checked={outcome === o} onChange={() => setOutcome(o)} />
            {t(`outcome.${o}`)}
          </label>
        ))}
      </fieldset>
      {spoken(c.channel) && (
        <Suspense>
          <Recordings contact={c.id} />
        </Suspense>
      )}
      <Textarea
        className={css.wrapNote}
        label={t('wrapup.note')}
        placeholder={t('wrapup.note_help')}
        autosize
        minRows={1}
        maxRows={5}
        maxLength={4000}
        value={note}
        onChange={e => setNote(e.currentTarget.value)}
      />
      <Button type="submit" loading={busy} disabled={!reason} leftSection={<CircleCheck size={15} aria-hidden="true" />}>
        {t('wrapup.done')} <Kbd keys="mod+Enter" />
      </Button>
    </form>
  )
}

const extendSeconds = 60

function TimeLeft({ detail }: { detail: ContactDetail }) {
  const { t } = useT()
  const say = useProblemText()
  const now = useNow()
  const c = detail.contact
  if (!c.wrap_up_until_ms) return null
  const more = () =>
    api('POST /api/contacts/{id}/wrap-up/extend', { path: { id: c.id }, body: { seconds: extendSeconds } }).catch(e =>
      toast(say(e), { level: 'bad' }),
    )
  return (
    <span className={css.timeleft} data-low={c.wrap_up_until_ms - now < 20_000 || undefined}>
      <Timer size={14} aria-hidden="true" /> <Until ms={c.wrap_up_until_ms} /> {t('wrapup.left')}
      <Button size="compact-xs" variant="default" onClick={() => void more()}>
        {t('wrapup.extend')}
      </Button>
    </span>
  )
}
