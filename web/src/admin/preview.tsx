import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { UserCheck, UserX } from 'lucide-react'
import { useState } from 'react'
import { useUrl } from '../app/router.tsx'
import type { ConfigDocument, ContactPreview, ContactPreviewResult, ContactWhy } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { span } from '../lib/format.ts'
import { type Translate, useT } from '../lib/i18n.ts'
import { ErrorState } from '../ui/States.tsx'
import css from './admin.module.css'
import { NumberField, Part, Row, SelectField } from './fields.tsx'
import { Needs } from './people.tsx'
import { channels, namedChoices, stepSentence, wordedChoices } from './words.ts'

type Asked = { queue: string; channel: ContactPreview['channel']; priority: number; needs: { skill: string; level: number }[] }

/** Who would get this contact now, and why: the engine is asked, and nothing happens. */
export function Preview({ document }: { document: ConfigDocument }) {
  const { t, locale } = useT()
  const [url] = useUrl()
  const first = document.queues.find(q => q.key === url.queue) ?? document.queues[0]
  const [asked, setAsked] = useState<Asked>({
    queue: first?.key ?? '',
    channel: (first?.channels[0] as Asked['channel']) ?? 'chat',
    priority: 0,
    needs: [],
  })
  const queue = document.queues.find(q => q.key === asked.queue)
  const ask = useMutation({
    mutationFn: () =>
      api('POST /api/preview', {
        body: {
          queue_id: queue?.id ?? 0,
          channel: asked.channel,
          priority: asked.priority,
          skills: asked.needs.flatMap(n => {
            const skill = document.skills.find(s => s.key === n.skill)
            return skill ? [{ skill_id: skill.id, level: n.level }] : []
          }),
        },
      }),
  })
  const put = (change: Partial<Asked>) => {
    setAsked({ ...asked, ...change })
    ask.reset()
  }
  return (
    <div className={css.editor}>
      <form
        onSubmit={e => {
          e.preventDefault()
          ask.mutate()
        }}
      >
        <Part title={t('admin.preview.what')} text={t('admin.preview.text')}>
          <Row>
            <SelectField
              label={t('admin.preview.queue')}
              value={asked.queue}
              set={key => {
                const q = document.queues.find(x => x.key === key)
                put({ queue: key, channel: (q?.channels[0] as Asked['channel']) ?? asked.channel })
              }}
              choices={namedChoices(document.queues)}
            />
            <SelectField
              label={t('admin.preview.channel')}
              value={asked.channel}
              set={v => put({ channel: v as Asked['channel'] })}
              choices={channels.filter(c => queue?.channels.includes(c)).map(c => ({ value: c, label: t(`channel.${c}`) }))}
            />
            <NumberField
              label={t('admin.preview.priority')}
              hint={t('admin.preview.priority_text')}
              value={asked.priority}
              set={priority => put({ priority })}
              min={0}
              max={9}
            />
          </Row>
          <p className={css.hint}>{t('admin.preview.needs')}</p>
          <Needs
            needs={asked.needs}
            set={needs => put({ needs })}
            fault={() => undefined}
            document={document}
            choices={wordedChoices(document.skills, locale)}
            least
            readOnly={false}
          />
          <div>
            <Button type="submit" loading={ask.isPending} disabled={!queue}>
              {t('admin.preview.ask')}
            </Button>
          </div>
        </Part>
      </form>
      {ask.error && <ErrorState what={t('admin.preview.failed')} error={ask.error} retry={() => ask.mutate()} />}
      {ask.data && queue && <Answer result={ask.data} document={document} queueKey={queue.key} />}
    </div>
  )
}

/** The engine's reason, told about somebody else. */
export function previewWhy(t: Translate, why: ContactWhy, name: string): string[] {
  const out = [t(`admin.preview.rule.${why.rule}`, { name })]
  if (why.candidates > 1) out.push(t('admin.preview.candidates', { n: why.candidates }))
  if (why.free_ms > 0) out.push(t('admin.preview.free', { name, time: span(t, why.free_ms) }))
  if (why.step > 0) out.push(t('why.step', { n: why.step + 1 }))
  return out
}

function Answer({ result, document, queueKey }: { result: ContactPreviewResult; document: ConfigDocument; queueKey: string }) {
  const { t, locale } = useT()
  const queue = document.queues.find(q => q.key === queueKey)
  const names = (ids: number[]) => ids.map(id => document.people.find(p => p.id === id)?.name ?? `#${id}`).join(', ')
  const wait = result.wait_high_ms
    ? t('admin.preview.wait', { low: span(t, result.wait_low_ms ?? 0), high: span(t, result.wait_high_ms) })
    : t('admin.preview.wait_unknown')
  return (
    <section className={css.part} aria-live="polite">
      <div className={css.winner}>
        {result.agent_id ? <UserCheck size={22} aria-hidden="true" /> : <UserX size={22} aria-hidden="true" />}
        <div>
          <h3>{result.agent_id ? (result.name ?? `#${result.agent_id}`) : t('admin.preview.nobody')}</h3>
          {result.why ? previewWhy(t, result.why, result.name ?? '').map(line => <p key={line}>{line}</p>) : <p>{wait}</p>}
        </div>
      </div>
      <div className={css.tablebox}>
        <table className={css.table}>
          <caption>{t('admin.preview.steps')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('admin.preview.step')}</th>
              <th scope="col">{t('admin.preview.qualified')}</th>
              <th scope="col">{t('admin.preview.signed_in')}</th>
              <th scope="col">{t('admin.preview.free_now')}</th>
              <th scope="col" className="hide-s">
                {t('admin.preview.first')}
              </th>
            </tr>
          </thead>
          <tbody>
            {result.steps.map((s, i) => {
              const step = queue?.steps[i]
              return (
                <tr key={s.after_ms}>
                  <th scope="row">{step ? stepSentence(step, document, t, locale) : span(t, s.after_ms)}</th>
                  <td className="num">{s.qualified}</td>
                  <td className="num">{s.signed_in}</td>
                  <td className="num">{s.free}</td>
                  <td className="hide-s">{names(s.agent_ids)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
