import { Button } from '@mantine/core'
import { Plus, TriangleAlert, Users } from 'lucide-react'
import type { ConfigQueue, ConfigStep } from '../gen/api.gen.ts'
import { useT } from '../lib/i18n.ts'
import css from './admin.module.css'
import { replaced, without } from './draft.ts'
import { ChipsField, DurationField, RemoveButton, SwitchField } from './fields.tsx'
import { Needs } from './people.tsx'
import type { FormProps } from './section.ts'
import { exactly, namedChoices, qualified, stepSentence, wordedChoices } from './words.ts'

/** A next step that admits everybody the one before does, a while later: steps only relax and widen. */
export function nextStep(steps: ConfigStep[]): ConfigStep {
  const last = steps.at(-1)
  if (!last) return { after_s: 0, needs: [], teams: [], partners: [], all_hands: false, drop_contact_needs: false }
  return {
    ...last,
    after_s: last.after_s === 0 ? 30 : last.after_s * 2,
    needs: last.needs.map(n => ({ ...n, level: Math.max(1, n.level - 2) })),
  }
}

/** The steps of a queue on a line of time, and each with what it asks, whom it reaches and how many that is. */
export function Steps({ draft, document, readOnly }: FormProps<ConfigQueue>) {
  const { t } = useT()
  const { value: q, set } = draft
  return (
    <>
      <TimeLine queue={q} counts={q.steps.map(s => qualified(s, q, document).length)} />
      {draft.fault('steps') && <p className={css.fault}>{draft.fault('steps')}</p>}
      <ol className={css.steps}>
        {q.steps.map((s, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the line; its fields keep no state of their own
          <StepCard key={i} i={i} step={s} draft={draft} document={document} readOnly={readOnly} />
        ))}
      </ol>
      {!readOnly && (
        <Button
          variant="default"
          leftSection={<Plus size={14} aria-hidden="true" />}
          onClick={() => set({ steps: [...q.steps, nextStep(q.steps)] })}
        >
          {t('admin.queue.step_add')}
        </Button>
      )}
    </>
  )
}

function StepCard({ i, step: s, draft, document, readOnly }: FormProps<ConfigQueue> & { i: number; step: ConfigStep }) {
  const { t, locale } = useT()
  const { value: q, set, fault } = draft
  const put = (change: Partial<ConfigStep>) => set({ steps: replaced(q.steps, i, change) })
  const at = `steps[${i}]`
  const n = qualified(s, q, document).length
  return (
    <li className={css.step} aria-label={t('admin.queue.step', { n: i + 1 })}>
      <header>
        <b>{t('admin.queue.step', { n: i + 1 })}</b>
        <span className={css.able} data-none={n === 0 || undefined}>
          {n === 0 ? <TriangleAlert size={14} aria-hidden="true" /> : <Users size={14} aria-hidden="true" />} {t('admin.queue.able', { n })}
        </span>
        <span className="grow" />
        {!readOnly && i > 0 && (
          <RemoveButton name={t('admin.queue.step', { n: i + 1 })} onClick={() => set({ steps: without(q.steps, i) })} />
        )}
      </header>
      <p className={css.says}>{stepSentence(s, document, t, locale)}</p>
      {i > 0 && (
        <DurationField
          label={t('admin.queue.step_after')}
          value={s.after_s}
          set={v => put({ after_s: v })}
          fault={fault(`${at}.after_s`)}
        />
      )}
      <Needs
        needs={s.needs}
        set={needs => put({ needs })}
        fault={path => (path === '' ? fault(`${at}.needs`) : fault(`${at}.needs${path}`))}
        document={document}
        choices={wordedChoices(document.skills, locale)}
        least
        readOnly={readOnly}
      />
      <SwitchField
        label={t('admin.queue.all_hands')}
        hint={t('admin.queue.all_hands_text')}
        value={s.all_hands}
        set={on => put({ all_hands: on })}
      />
      {!s.all_hands && (
        <>
          <ChipsField
            label={t('admin.queue.teams')}
            value={s.teams}
            set={teams => put({ teams })}
            choices={namedChoices(document.teams.filter(m => !m.partner))}
            empty={s.partners.length ? undefined : t('admin.queue.house')}
            fault={fault(`${at}.teams`)}
          />
          {document.partners.length > 0 && (
            <ChipsField
              label={t('admin.queue.partners')}
              value={s.partners}
              set={partners => put({ partners })}
              choices={namedChoices(document.partners)}
              empty={t('admin.queue.no_partners')}
              fault={fault(`${at}.partners`)}
            />
          )}
        </>
      )}
      <SwitchField
        label={t('admin.queue.drop')}
        hint={t('admin.queue.drop_text')}
        value={s.drop_contact_needs}
        set={on => put({ drop_contact_needs: on })}
        fault={fault(`${at}.drop_contact_needs`)}
      />
    </li>
  )
}

/** When each step begins, how many it reaches, and where the promise falls. */
function TimeLine({ queue, counts }: { queue: ConfigQueue; counts: number[] }) {
  const { t, locale } = useT()
  const last = Math.max(queue.target_s, queue.age_guarantee_s, ...queue.steps.map(s => s.after_s))
  const end = last * 1.15
  const place = (s: number) => Math.sqrt(s / end) * 100 // the first seconds matter most: the axis is of the square root
  const top = Math.max(1, ...counts)
  return (
    <figure className={css.line}>
      <svg viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
        {queue.steps.map((s, i) => {
          const from = place(s.after_s)
          const to = place(queue.steps[i + 1]?.after_s ?? end)
          const h = (26 * (counts[i] ?? 0)) / top
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars are the steps in their order
          return <rect key={i} x={from} width={Math.max(0, to - from)} y={30 - h} height={h} />
        })}
        <line x1={place(queue.target_s)} x2={place(queue.target_s)} y1="0" y2="30" />
      </svg>
      <div aria-hidden="true">
        {queue.steps.map((s, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <span key={i} style={{ left: `${place(s.after_s)}%` }}>
            {s.after_s === 0 ? t('admin.queue.now') : exactly(s.after_s, t, locale)}
          </span>
        ))}
        <b style={{ left: `${place(queue.target_s)}%` }}>{t('admin.queue.target')}</b>
      </div>
      <figcaption className="vh">
        {queue.steps.map((s, i) => `${exactly(s.after_s, t, locale)}: ${t('admin.queue.able', { n: counts[i] ?? 0 })}`).join('. ')}
      </figcaption>
    </figure>
  )
}
