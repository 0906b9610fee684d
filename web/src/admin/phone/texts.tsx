import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toast } from '../../app/toasts.tsx'
import type { ConfigTexts, TextStatus } from '../../gen/api.gen.ts'
import { api } from '../../lib/api.ts'
import { timeOrDate } from '../../lib/dates.ts'
import { type Key, useT } from '../../lib/i18n.ts'
import { useProblemText } from '../../ui/States.tsx'
import { type Level, Status } from '../../ui/Status.tsx'
import css from '../admin.module.css'
import { AreaField, NumberField, Part, Row, SelectField, SwitchField, TextField } from '../fields.tsx'
import { CapsFields } from './caps.tsx'
import { money } from './outbound.tsx'
import type { PageProps } from './Page.tsx'
import { textsQuery } from './server.ts'

/** How the centre sends text messages, what they may come to, and how it goes. */
export function Texts({ draft, readOnly }: PageProps) {
  const { t } = useT()
  const x = draft.value.texts
  const put = (change: Partial<ConfigTexts>) => draft.set({ texts: { ...x, ...change } })
  const fault = (path: string) => draft.fault(`texts.${path}`)
  return (
    <>
      <Now currency={draft.value.outbound.currency} needsSecret={x.auth !== 'none'} />
      <Part title={t('telephony.texts.service')} text={t('telephony.texts.service_text')}>
        <SwitchField label={t('telephony.texts.on')} value={x.on} set={on => put({ on })} fault={fault('on')} />
        <Row>
          <TextField
            label={t('telephony.texts.url')}
            hint={t('telephony.texts.url_text')}
            type="url"
            value={x.url}
            set={url => put({ url })}
            fault={fault('url')}
            max={500}
            mono
          />
          <TextField
            label={t('telephony.texts.from')}
            hint={t('telephony.texts.from_text')}
            value={x.from}
            set={from => put({ from })}
            fault={fault('from')}
            max={16}
          />
        </Row>
        <Row>
          <SelectField
            label={t('telephony.texts.auth')}
            value={x.auth}
            set={v => put({ auth: v as ConfigTexts['auth'] })}
            choices={(['none', 'bearer', 'basic', 'header'] as const).map(v => ({ value: v, label: t(`telephony.texts.auth.${v}`) }))}
            fault={fault('auth')}
          />
          {x.auth === 'basic' && (
            <TextField
              label={t('telephony.user')}
              value={x.user ?? ''}
              set={v => put({ user: v || undefined })}
              fault={fault('user')}
              mono
            />
          )}
          {x.auth === 'header' && (
            <TextField
              label={t('telephony.texts.header')}
              value={x.header ?? ''}
              set={v => put({ header: v || undefined })}
              fault={fault('header')}
              max={60}
              mono
            />
          )}
        </Row>
        {x.auth !== 'none' && !readOnly && <Secret />}
      </Part>
      <Provider value={x} put={put} fault={fault} />
      <Part title={t('telephony.texts.caps')} text={t('telephony.texts.caps_text')}>
        <CapsFields
          of="messages"
          title="telephony.texts.per_recipient"
          value={x.recipient}
          set={recipient => put({ recipient })}
          fault={p => fault(`recipient${p}`)}
          currency={draft.value.outbound.currency}
        />
        <CapsFields
          of="messages"
          title="telephony.outbound.per_centre"
          value={x.centre}
          set={centre => put({ centre })}
          fault={p => fault(`centre${p}`)}
          currency={draft.value.outbound.currency}
        />
      </Part>
      {!readOnly && <Try />}
    </>
  )
}

type Fields = { value: ConfigTexts; put: (change: Partial<ConfigTexts>) => void; fault: (path: string) => string | undefined }

/** How this provider wants to be spoken to. */
function Provider({ value: x, put, fault }: Fields) {
  const { t } = useT()
  return (
    <Part title={t('telephony.texts.form')} text={t('telephony.texts.form_text')}>
      <Row>
        <SelectField
          label={t('telephony.texts.method')}
          value={x.method}
          set={v => put({ method: v as ConfigTexts['method'] })}
          choices={['POST', 'PUT'].map(v => ({ value: v, label: v }))}
          fault={fault('method')}
        />
        <SelectField
          label={t('telephony.texts.format')}
          value={x.format}
          set={v => put({ format: v as ConfigTexts['format'] })}
          choices={[
            { value: 'json', label: 'JSON' },
            { value: 'form', label: 'x-www-form-urlencoded' },
          ]}
          fault={fault('format')}
        />
      </Row>
      <AreaField
        label={t('telephony.texts.template')}
        hint={t('telephony.texts.template_text', { list: '{{to}}, {{to_digits}}, {{from}}, {{text}}, {{id}}' })}
        value={x.template ?? ''}
        set={v => put({ template: v || undefined })}
        fault={fault('template')}
        rows={4}
        max={4000}
      />
      <TextField
        label={t('telephony.texts.expect')}
        hint={t('telephony.texts.expect_text')}
        value={x.expect ?? ''}
        set={v => put({ expect: v || undefined })}
        fault={fault('expect')}
        max={200}
        mono
      />
      <SwitchField label={t('telephony.texts.repeats')} value={x.repeats} set={repeats => put({ repeats })} />
      <p className={css.hint}>{t('telephony.texts.repeats_text')}</p>
      <Row>
        <NumberField
          label={t('telephony.texts.timeout')}
          unit={t('admin.unit.s')}
          value={x.timeout_s}
          set={n => put({ timeout_s: n })}
          min={1}
          max={60}
          fault={fault('timeout_s')}
        />
        <NumberField
          label={t('telephony.texts.expire')}
          unit={t('admin.unit.min')}
          value={x.expire_min}
          set={n => put({ expire_min: n })}
          min={1}
          max={1440}
          fault={fault('expire_min')}
        />
        <NumberField
          label={t('telephony.texts.keep')}
          hint={t('telephony.texts.keep_text')}
          unit={t('admin.unit.d')}
          value={x.keep_days}
          set={n => put({ keep_days: n })}
          min={1}
          max={365}
          fault={fault('keep_days')}
        />
      </Row>
    </Part>
  )
}

/** Why a message was not sent, as the server names it: http_401, timeout ... */
export const troubleKey = (trouble: string): { key: Key; code?: string } => {
  const code = /^http_(\d+)$/.exec(trouble)?.[1]
  if (code) return { key: 'telephony.texts.why.http', code }
  const known = ['timeout', 'unreachable', 'refused', 'template', 'stopped'] as const
  return { key: `telephony.texts.why.${known.find(k => k === trouble) ?? 'unknown'}` }
}

/** How sending has gone: counts, never numbers or words. */
function Now({ currency, needsSecret }: { currency: string; needsSecret: boolean }) {
  const { t, locale } = useT()
  const status = useQuery(textsQuery)
  const s = status.data
  if (!s) return null
  const why = s.trouble ? troubleKey(s.trouble) : undefined
  const failed = s.day_failed + s.day_expired
  return (
    <Part title={t('telephony.texts.now')} text={t('telephony.texts.now_text')}>
      <div className={css.rowbuttons} role="status">
        <Status level={s.day_sent ? 'ok' : 'none'}>{t('telephony.texts.sent_n', { n: s.day_sent })}</Status>
        <Status level={s.waiting ? 'warn' : 'none'}>{t('telephony.texts.waiting_n', { n: s.waiting })}</Status>
        <Status level={failed ? 'bad' : 'none'}>{t('telephony.texts.failed_n', { n: failed })}</Status>
        <span className="sub">
          {t('telephony.texts.cost', { hour: money(locale, s.hour_ore, currency), day: money(locale, s.day_ore, currency) })}
        </span>
      </div>
      {s.purposes.length > 0 && (
        <ul className={css.hint}>
          {s.purposes.map(p => (
            <li key={p.purpose}>
              {t(`telephony.texts.for.${p.purpose}`)}: {t('telephony.texts.sent_n', { n: p.sent })}
              {p.open > 0 && `, ${t('telephony.texts.waiting_n', { n: p.open })}`}
              {p.failed > 0 && `, ${t('telephony.texts.failed_n', { n: p.failed })}`}
            </li>
          ))}
        </ul>
      )}
      {s.on && needsSecret && !s.has_secret && (
        <p>
          <Status level="bad">{t('telephony.texts.no_secret')}</Status>
        </p>
      )}
      {why && (
        <p className={css.hint}>
          {t('telephony.texts.trouble', { when: timeOrDate(locale, s.last_trouble_ms ?? 0), why: t(why.key, { code: why.code ?? '' }) })}
        </p>
      )}
    </Part>
  )
}

/** The provider's secret: written, and never shown again. */
function Secret() {
  const { t } = useT()
  const say = useProblemText()
  const [secret, setSecret] = useState('')
  const status = useQuery(textsQuery)
  const write = useMutation({
    mutationFn: () => api('PUT /api/phone/texts/secret', { body: { secret } }),
    onSuccess: () => {
      setSecret('')
      void status.refetch()
      toast(t('telephony.secret_kept'))
    },
    onError: e => toast(say(e), { level: 'bad' }),
  })
  return (
    <div className={css.need}>
      <TextInput
        type="password"
        size="xs"
        w="16rem"
        label={t('telephony.secret')}
        description={t(status.data?.has_secret ? 'telephony.secret_there' : 'telephony.secret_text')}
        autoComplete="new-password"
        value={secret}
        maxLength={400}
        onChange={e => setSecret(e.currentTarget.value)}
      />
      <Button variant="default" disabled={!secret} loading={write.isPending} onClick={() => write.mutate()}>
        {t('telephony.secret_keep')}
      </Button>
    </div>
  )
}

const trialLevels: Record<NonNullable<TextStatus['trial']>['state'], { level: Level; key: Key }> = {
  waiting: { level: 'warn', key: 'telephony.texts.trial.waiting' },
  sending: { level: 'warn', key: 'telephony.texts.trial.waiting' },
  sent: { level: 'ok', key: 'telephony.texts.trial.sent' },
  failed: { level: 'bad', key: 'telephony.texts.trial.failed' },
  expired: { level: 'bad', key: 'telephony.texts.trial.failed' },
}

/** Sends a message to a number, to see that it arrives. */
function Try() {
  const { t, locale } = useT()
  const say = useProblemText()
  const [number, setNumber] = useState('')
  const status = useQuery(textsQuery)
  const send = useMutation({
    mutationFn: () => api('POST /api/phone/texts/test', { body: { number, language: locale } }),
    onSuccess: () => {
      void status.refetch()
      toast(t('telephony.texts.try_on_way'))
    },
    onError: e => toast(say(e), { level: 'bad' }),
  })
  const trial = status.data?.trial
  const why = trial?.cause ? troubleKey(trial.cause) : undefined
  return (
    <Part title={t('telephony.texts.try')} text={t('telephony.texts.try_text')}>
      <div className={css.need}>
        <TextField label={t('telephony.texts.try_to')} type="tel" value={number} set={setNumber} max={24} />
        <Button variant="default" disabled={number.trim().length < 4} loading={send.isPending} onClick={() => send.mutate()}>
          {t('telephony.texts.try_do')}
        </Button>
      </div>
      {trial && (
        <p role="status">
          <Status level={trialLevels[trial.state].level}>{t(trialLevels[trial.state].key)}</Status>{' '}
          <span className="sub">
            {timeOrDate(locale, trial.at_ms)}
            {why && trial.state !== 'sent' && ` – ${t(why.key, { code: why.code ?? '' })}`}
          </span>
        </p>
      )}
    </Part>
  )
}
