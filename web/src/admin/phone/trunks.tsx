import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Cable } from 'lucide-react'
import { useState } from 'react'
import { toast } from '../../app/toasts.tsx'
import type { ConfigTrunk } from '../../gen/api.gen.ts'
import { api } from '../../lib/api.ts'
import { timeOrDate } from '../../lib/dates.ts'
import { useT } from '../../lib/i18n.ts'
import { useProblemText } from '../../ui/States.tsx'
import { type Level, Status } from '../../ui/Status.tsx'
import css from '../admin.module.css'
import { AreaField, ChipsField, DurationField, NumberField, Part, Row, SelectField, SwitchField, TextField } from '../fields.tsx'
import type { FormProps } from '../section.ts'
import { NameField } from '../small.tsx'
import type { PhoneSection } from './section.ts'
import { trunksQuery } from './server.ts'

export const trunks: PhoneSection<'trunks'> = {
  name: 'trunks',
  icon: Cable,
  heading: 'admin.s.phone-trunks',
  text: 'telephony.trunks.text',
  one: 'telephony.trunks.new',
  title: x => x.name,
  make: () => ({
    id: 0,
    key: '',
    name: '',
    host: '',
    transport: 'tls',
    sources: [],
    codecs: ['pcma', 'pcmu'],
    srtp: 'optional',
    priority: 0,
    max_calls: 100,
    keep_alive_s: 30,
    register: false,
    rel100: false,
    session_timers: true,
    in_band_dtmf: false,
    active: true,
  }),
  columns: [
    { head: 'telephony.state', cell: x => <Light trunk={x} /> },
    { head: 'telephony.trunks.host', cell: x => x.host || '–' },
    {
      head: 'telephony.trunks.transport',
      wide: true,
      cell: (x, a) => `${x.transport.toUpperCase()} · SRTP ${a.t(`telephony.srtp.${x.srtp}`)}`,
    },
    { head: 'telephony.trunks.max', wide: true, cell: x => x.max_calls },
  ],
  Form: TrunkForm,
}

const levels: Record<string, Level> = { up: 'ok', down: 'bad', unknown: 'warn' }

/** Whether the other end is there, as the server last found it. */
function Light({ trunk }: { trunk: ConfigTrunk }) {
  const { t, locale } = useT()
  const all = useQuery(trunksQuery)
  const now = all.data?.find(s => s.key === trunk.key)
  if (!trunk.active) return <Status level="none">{t('telephony.trunk.off')}</Status>
  const state = now?.state ?? 'unknown'
  return (
    <span title={now?.since_ms ? timeOrDate(locale, now.since_ms) : undefined}>
      <Status level={state === 'down' && trunk.optional ? 'none' : (levels[state] ?? 'warn')}>{t(`telephony.trunk.${state}`)}</Status>
      {trunk.register && now && (
        <span className="sub"> · {t(now.registered ? 'telephony.trunk.registered' : 'telephony.trunk.not_registered')}</span>
      )}
      {now?.problem && <span className="sub"> · {t(`telephony.trunk.problem.${now.problem}`, { code: now.problem_code ?? 0 })}</span>}
      {now && now.calls > 0 && <span className="sub"> · {t('telephony.calls', { n: now.calls })}</span>}
    </span>
  )
}

function TrunkForm({ draft, document, readOnly }: FormProps<ConfigTrunk>) {
  const { t } = useT()
  const { value: x, set, fault } = draft
  const [sources, setSources] = useState(x.sources.join('\n')) // as written: a line just begun is not yet an address
  return (
    <>
      <Part title={t('telephony.trunks.what')} text={t('telephony.trunks.text')}>
        <NameField draft={draft} taken={document.phone.trunks} />
        <SwitchField label={t('telephony.trunks.active')} value={x.active} set={active => set({ active })} />
        <Row>
          <TextField
            label={t('telephony.trunks.host')}
            hint={t('telephony.trunks.host_text')}
            value={x.host}
            set={host => set({ host })}
            fault={fault('host')}
            max={255}
            mono
          />
          <SelectField
            label={t('telephony.trunks.transport')}
            hint={t('telephony.trunks.transport_text')}
            value={x.transport}
            set={v => set({ transport: v as ConfigTrunk['transport'] })}
            choices={['tls', 'tcp', 'udp'].map(v => ({ value: v, label: v.toUpperCase() }))}
            fault={fault('transport')}
          />
          <SelectField
            label={t('telephony.trunks.srtp')}
            hint={t('telephony.trunks.srtp_text')}
            value={x.srtp}
            set={v => set({ srtp: v as ConfigTrunk['srtp'] })}
            choices={(['off', 'optional', 'required'] as const).map(v => ({ value: v, label: t(`telephony.srtp.${v}`) }))}
            fault={fault('srtp')}
          />
        </Row>
      </Part>
      <Part title={t('telephony.trunks.in')} text={t('telephony.trunks.in_text')}>
        <AreaField
          label={t('telephony.trunks.sources')}
          hint={t('telephony.trunks.sources_text')}
          value={sources}
          set={v => {
            setSources(v)
            set({ sources: v.split(/[\s,;]+/).filter(Boolean) })
          }}
          fault={fault('sources') ?? x.sources.map((_, i) => fault(`sources[${i}]`)).find(Boolean)}
        />
        <Row>
          <NumberField
            label={t('telephony.trunks.max')}
            hint={t('telephony.trunks.max_text')}
            value={x.max_calls}
            set={n => set({ max_calls: n })}
            min={1}
            max={10_000}
            fault={fault('max_calls')}
          />
          <DurationField
            label={t('telephony.trunks.alive')}
            hint={t('telephony.trunks.alive_text')}
            value={x.keep_alive_s}
            set={s => set({ keep_alive_s: s })}
            fault={fault('keep_alive_s')}
          />
        </Row>
      </Part>
      <Part title={t('telephony.trunks.account')} text={t('telephony.trunks.account_text')}>
        <Row>
          <TextField label={t('telephony.user')} value={x.user ?? ''} set={v => set({ user: v || undefined })} fault={fault('user')} mono />
        </Row>
        <SwitchField
          label={t('telephony.trunks.register')}
          hint={t('telephony.trunks.register_text')}
          value={x.register}
          set={register => set({ register })}
          fault={fault('register')}
        />
        {draft.isNew ? <p className={css.hint}>{t('telephony.secret_later')}</p> : <Secret of="trunks" id={x.key} readOnly={readOnly} />}
      </Part>
      <Part title={t('telephony.trunks.out')} text={t('telephony.trunks.out_text')}>
        <Row>
          <NumberField
            label={t('telephony.trunks.priority')}
            value={x.priority}
            set={n => set({ priority: n })}
            min={0}
            max={100}
            fault={fault('priority')}
          />
          <TextField
            label={t('telephony.caller_id')}
            hint={t('telephony.caller_id_text')}
            type="tel"
            max={20}
            value={x.caller_id ?? ''}
            set={v => set({ caller_id: v || undefined })}
            fault={fault('caller_id')}
          />
        </Row>
      </Part>
      <Part title={t('telephony.trunks.fine')} text={t('telephony.trunks.fine_text')}>
        <ChipsField
          label={t('telephony.trunks.codecs')}
          value={x.codecs}
          set={codecs => set({ codecs })}
          choices={[
            { value: 'pcma', label: 'G.711 A' },
            { value: 'pcmu', label: 'G.711 µ' },
            { value: 'g722', label: 'G.722' },
          ]}
          fault={fault('codecs')}
        />
        <SwitchField label={t('telephony.trunks.rel100')} value={x.rel100} set={rel100 => set({ rel100 })} />
        <SwitchField label={t('telephony.trunks.timers')} value={x.session_timers} set={v => set({ session_timers: v })} />
        <SwitchField label={t('telephony.trunks.optional')} value={x.optional ?? false} set={optional => set({ optional })} />
        <SwitchField label={t('telephony.trunks.dtmf')} value={x.in_band_dtmf} set={v => set({ in_band_dtmf: v })} />
      </Part>
    </>
  )
}

/** A secret that is written and never shown again. */
export function Secret({ of, id, readOnly }: { of: 'trunks' | 'accounts'; id: string; readOnly: boolean }) {
  const { t } = useT()
  const say = useProblemText()
  const [secret, setSecret] = useState('')
  const trunksNow = useQuery({ ...trunksQuery, enabled: of === 'trunks' })
  const there = of === 'trunks' && trunksNow.data?.find(s => s.key === id)?.has_secret
  const write = useMutation({
    mutationFn: () =>
      api(`PUT /api/phone/${of}/{key}/secret` as 'PUT /api/phone/trunks/{key}/secret', { path: { key: id }, body: { secret } }),
    onSuccess: () => {
      setSecret('')
      void trunksNow.refetch()
      toast(t('telephony.secret_kept'))
    },
    onError: e => toast(say(e), { level: 'bad' }),
  })
  if (readOnly) return null
  return (
    <div className={css.need}>
      <TextInput
        type="password"
        size="xs"
        w="16rem"
        label={t('telephony.secret')}
        description={t(there ? 'telephony.secret_there' : 'telephony.secret_text')}
        autoComplete="new-password"
        value={secret}
        maxLength={200}
        onChange={e => setSecret(e.currentTarget.value)}
      />
      <Button variant="default" disabled={!secret} loading={write.isPending} onClick={() => write.mutate()}>
        {t('telephony.secret_keep')}
      </Button>
    </div>
  )
}
