import { Button, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useId } from 'react'
import type { ConfigDocument, ConfigScript, IvrChoice, IvrStep } from '../../gen/api.gen.ts'
import { type Locale, localeNames, locales, pick, useT } from '../../lib/i18n.ts'
import css from '../admin.module.css'
import { type Draft, replaced, without } from '../draft.ts'
import { faultText } from '../faults.ts'
import { NumberField, RemoveButton, Row, SelectField, SwitchField, TextField } from '../fields.tsx'
import { Needs } from '../people.tsx'
import { namedChoices, wordedChoices } from '../words.ts'
import { Listen } from './Listen.tsx'
import own from './phone.module.css'
import { promptSound, promptsQuery, spoken } from './server.ts'
import type { Remark } from './step.tsx'
import { goesOn, renamed, speaks, stepName } from './steps.ts'

type Props = {
  i: number
  draft: Draft<ConfigScript>
  document: ConfigDocument
  readOnly: boolean
  languages: Locale[]
  remarks: Map<number, Remark[]>
  follow: (key: string) => void
}

/** What can be said of one step; which fields there are depends on what it does. */
export function StepFields({ i, draft, document, readOnly, languages, remarks, follow }: Props) {
  const { t, locale } = useT()
  const steps = draft.value.steps
  const s = steps[i] as IvrStep
  const put = (change: Partial<IvrStep>) => draft.set({ steps: replaced(steps, i, change) })
  const fault = (path: string) => draft.fault(`steps[${i}].${path}`) ?? remarks.get(i)?.find(r => r.path === path && !r.soft)?.text
  const others = steps.flatMap((x, j) => (j === i ? [] : [{ value: x.key, label: stepName(steps, j, t) }]))
  const next = i + 1 < steps.length ? t('telephony.step.next', { name: stepName(steps, i + 1, t) }) : t('telephony.step.none')
  const lead = (label: string, field: 'to' | 'closed' | 'after' | 'failed', none: string) => (
    <SelectField
      label={label}
      none={none}
      value={s[field] ?? ''}
      set={v => put({ [field]: v || undefined })}
      choices={others}
      fault={fault(field)}
    />
  )
  const phoneQueues = namedChoices(document.queues.filter(q => q.channels.includes('phone') || q.key === s.queue))
  return (
    <div className={own.fields}>
      {speaks(s.do) !== 'never' && <Words i={i} step={s} put={put} fault={fault} languages={languages} />}
      {(s.do === 'menu' || s.do === 'language') && (
        <Choices step={s} put={put} fault={fault} others={others} next={next} readOnly={readOnly} />
      )}
      <Row>
        {s.do === 'hours' && (
          <>
            <SelectField
              label={t('admin.s.hours')}
              none={t('telephony.step.queue_hours')}
              value={s.hours ?? ''}
              set={v => put({ hours: v || undefined })}
              choices={namedChoices(document.hours)}
              fault={fault('hours')}
            />
            {lead(t('telephony.step.closed'), 'closed', t('telephony.step.closed_none'))}
          </>
        )}
        {(s.do === 'queue' || s.do === 'callback') && (
          <SelectField
            label={t('telephony.lines.queue')}
            none={t('telephony.step.own_queue')}
            value={s.queue ?? ''}
            set={v => put({ queue: v || undefined })}
            choices={phoneQueues}
            fault={fault('queue')}
          />
        )}
        {s.do === 'queue' && (
          <>
            <NumberField
              label={t('telephony.step.priority')}
              hint={t('telephony.step.priority_text')}
              value={s.priority ?? 0}
              set={n => put({ priority: n || undefined })}
              min={0}
              max={9}
              fault={fault('priority')}
            />
            {lead(t('telephony.step.after'), 'after', t('telephony.step.after_none'))}
          </>
        )}
        {s.do === 'identify' && (
          <NumberField
            label={t('telephony.step.digits')}
            hint={t('telephony.step.digits_text')}
            value={s.digits ?? 12}
            set={n => put({ digits: n })}
            min={1}
            max={20}
            fault={fault('digits')}
          />
        )}
        {s.do === 'record' && (
          <>
            <SelectField
              label={t('telephony.step.purpose')}
              value={s.purpose ?? ''}
              set={v => put({ purpose: v || undefined })}
              choices={wordedChoices(
                document.phone.recording.purposes.filter(p => p.basis !== 'none'),
                locale,
              )}
              fault={fault('purpose')}
            />
            <SelectField
              label={t('telephony.recording.basis')}
              value={s.basis ?? 'consent'}
              set={v => put({ basis: v as IvrStep['basis'] })}
              choices={(['consent', 'notice'] as const).map(v => ({ value: v, label: t(`telephony.basis.${v}`) }))}
              fault={fault('basis')}
            />
          </>
        )}
        {s.do === 'outside' && (
          <>
            <TextField
              label={t('telephony.lines.number')}
              type="tel"
              max={20}
              value={s.number ?? ''}
              set={v => put({ number: v || undefined })}
              fault={fault('number')}
            />
            {lead(t('telephony.step.failed'), 'failed', t('telephony.step.a_person'))}
          </>
        )}
        {s.do === 'link' && (
          <TextField
            label={t('telephony.step.url')}
            type="url"
            max={300}
            value={s.url ?? ''}
            set={v => put({ url: v || undefined })}
            fault={fault('url')}
          />
        )}
        {goesOn(s.do) &&
          lead(
            t(s.do === 'callback' ? 'telephony.step.declined' : s.do === 'hours' ? 'telephony.step.open' : 'telephony.step.to'),
            'to',
            next,
          )}
      </Row>
      {s.do === 'queue' && (
        <Needs
          needs={s.needs}
          set={needs => put({ needs })}
          fault={path => fault(`needs${path}`)}
          document={document}
          choices={wordedChoices(document.skills, locale)}
          least
          readOnly={readOnly}
        />
      )}
      {s.do === 'link' && (
        <Spoken
          label={t('telephony.step.message')}
          value={s.message ?? {}}
          set={message => put({ message })}
          fault={fault('message')}
          languages={languages}
          max={160}
        />
      )}
      <details>
        <summary>{t('telephony.step.more')}</summary>
        <Row>
          <TextField
            label={t('admin.key')}
            hint={t('telephony.step.key_text')}
            value={s.key}
            set={key => {
              draft.set({ steps: renamed(replaced(steps, i, { key }), s.key, key) })
              follow(key)
            }}
            fault={fault('key')}
            max={40}
            mono
          />
          {speaks(s.do) !== 'never' && (
            <SwitchField
              label={t('telephony.step.firm')}
              hint={t('telephony.step.firm_text')}
              value={s.firm ?? false}
              set={firm => put({ firm: firm || undefined })}
            />
          )}
        </Row>
      </details>
    </div>
  )
}

function Words({
  i,
  step: s,
  put,
  fault,
  languages,
}: {
  i: number
  step: IvrStep
  put: (change: Partial<IvrStep>) => void
  fault: (path: string) => string | undefined
  languages: Locale[]
}) {
  const { t } = useT()
  const prompts = useQuery(promptsQuery)
  const files = [...new Set((prompts.data ?? []).map(p => p.key.replace(/\.(nb|nn|sv|en)$/, '')))]
  return (
    <>
      <Spoken
        label={t('telephony.step.says')}
        hint={t(speaks(s.do) === 'may' ? 'telephony.step.says_may' : 'telephony.step.says_text')}
        value={s.text ?? {}}
        set={text => put({ text: Object.keys(text).length ? text : undefined })}
        fault={fault('text') ?? locales.map(l => fault(`text.${l}`)).find(Boolean)}
        languages={languages}
        max={600}
      />
      {(s.do === 'menu' || s.do === 'language') && (
        <Spoken
          label={t('telephony.step.again')}
          hint={t('telephony.step.again_text')}
          value={s.again ?? {}}
          set={again => put({ again: Object.keys(again).length ? again : undefined })}
          fault={fault('again') ?? locales.map(l => fault(`again.${l}`)).find(Boolean)}
          languages={languages}
          max={600}
        />
      )}
      {(files.length > 0 || s.clip) && (
        <div className={css.need}>
          <SelectField
            label={t('telephony.step.clip')}
            hint={t('telephony.step.clip_text')}
            none={t('telephony.step.clip_none')}
            value={s.clip ?? ''}
            set={v => put({ clip: v || undefined })}
            choices={files.map(k => ({ value: k, label: k }))}
            fault={fault('clip')}
          />
          {s.clip && (
            <Listen
              label={`${i + 1} ${s.clip}`}
              fetch={() => promptSound(prompts.data?.find(p => p.key.replace(/\.(nb|nn|sv|en)$/, '') === s.clip)?.key ?? s.clip ?? '')}
            />
          )}
        </div>
      )}
    </>
  )
}

/** Words in the languages that callers of this script may hear, each with how long it takes and a way to hear it. */
function Spoken({
  label,
  hint,
  value,
  set,
  fault,
  languages,
  max,
}: {
  label: string
  hint?: string
  value: Record<string, string>
  set: (v: Record<string, string>) => void
  fault?: string
  languages: Locale[]
  max: number
}) {
  const { t } = useT()
  const id = useId()
  const shown = locales.filter(l => languages.includes(l) || value[l])
  const missing = locales.filter(l => !shown.includes(l))
  const put = (l: Locale, words: string) => {
    const out = { ...value, [l]: words }
    if (!words) delete out[l]
    set(out)
  }
  return (
    <fieldset className={own.group} aria-describedby={fault ? id : undefined}>
      <legend>{label}</legend>
      {hint && <p className={css.hint}>{hint}</p>}
      <div className={own.spoken}>
        {shown.map(l => (
          <div key={l}>
            <Textarea
              size="xs"
              lang={l}
              label={
                value[l]
                  ? t('telephony.step.seconds', { language: localeNames[l], s: Math.round((300 + 70 * value[l].length) / 1000) })
                  : localeNames[l]
              }
              value={value[l] ?? ''}
              maxLength={max}
              autosize
              minRows={1}
              maxRows={6}
              onChange={e => put(l, e.currentTarget.value)}
              error={!!fault && !value[l]}
            />
            <Listen label={localeNames[l]} disabled={!value[l]} fetch={() => spoken(value[l] ?? '', l)} />
          </div>
        ))}
      </div>
      {missing.length > 0 && (
        <div className={own.add}>
          {missing.map(l => (
            <button key={l} type="button" onClick={() => put(l, pick(value, l) || ' ')}>
              <Plus size={13} aria-hidden="true" /> {localeNames[l]}
            </button>
          ))}
        </div>
      )}
      {fault && (
        <p className={css.fault} id={id}>
          {faultText(t, fault)}
        </p>
      )}
    </fieldset>
  )
}

function Choices({
  step: s,
  put,
  fault,
  others,
  next,
  readOnly,
}: {
  step: IvrStep
  put: (change: Partial<IvrStep>) => void
  fault: (path: string) => string | undefined
  others: { value: string; label: string }[]
  next: string
  readOnly: boolean
}) {
  const { t, locale } = useT()
  const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9']
  const free = keys.find(k => !s.choices.some(c => c.press === k)) ?? '9'
  const change = (j: number, c: Partial<IvrChoice>) => put({ choices: replaced(s.choices, j, c) })
  return (
    <fieldset className={own.group}>
      <legend>{t('telephony.step.choices')}</legend>
      <p className={css.hint}>{t('telephony.step.choices_text')}</p>
      <div className={own.choices}>
        {s.choices.map((c, j) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: choices stand in the order they are read
          <div key={j} className={own.choice} role="group" aria-label={t('telephony.step.choice', { key: c.press })}>
            <SelectField
              label={t('telephony.step.press')}
              value={c.press}
              set={v => change(j, { press: v as IvrChoice['press'] })}
              choices={keys.map(k => ({ value: k, label: k }))}
              fault={fault(`choices[${j}].press`)}
            />
            {s.do === 'language' ? (
              <SelectField
                label={t('language')}
                value={c.language ?? ''}
                set={v => change(j, { language: v, name: { [v]: localeNames[v as Locale] } })}
                choices={locales.map(l => ({ value: l, label: localeNames[l] }))}
                fault={fault(`choices[${j}].language`)}
              />
            ) : (
              <TextField
                label={t('telephony.step.choice_name')}
                value={pick(c.name ?? {}, locale)}
                set={v => change(j, { name: { ...c.name, [locale]: v } })}
                max={60}
              />
            )}
            <SelectField
              label={t('telephony.step.leads')}
              none={next}
              value={c.to ?? ''}
              set={v => change(j, { to: v || undefined })}
              choices={others}
              fault={fault(`choices[${j}].to`)}
            />
            {!readOnly && (
              <RemoveButton name={t('telephony.step.choice', { key: c.press })} onClick={() => put({ choices: without(s.choices, j) })} />
            )}
          </div>
        ))}
        {fault('choices') && <p className={css.fault}>{faultText(t, fault('choices') ?? '')}</p>}
        {!readOnly && s.choices.length < 4 && (
          <Button
            variant="default"
            leftSection={<Plus size={14} aria-hidden="true" />}
            onClick={() =>
              put({
                choices: [
                  ...s.choices,
                  s.do === 'language' ? { press: free as IvrChoice['press'], language: 'en' } : { press: free as IvrChoice['press'] },
                ],
              })
            }
          >
            {t('telephony.step.choice_add')}
          </Button>
        )}
      </div>
    </fieldset>
  )
}
