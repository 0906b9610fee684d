import { TextInput } from '@mantine/core'
import { Megaphone } from 'lucide-react'
import type { ConfigPhoneNotice } from '../../gen/api.gen.ts'
import { timeOrDate } from '../../lib/dates.ts'
import { localeNames, locales, pick, useT } from '../../lib/i18n.ts'
import { Status } from '../../ui/Status.tsx'
import css from '../admin.module.css'
import { keyFrom } from '../draft.ts'
import { faultText } from '../faults.ts'
import { DurationField, Part, Row, SelectField, SwitchField, WordsField } from '../fields.tsx'
import type { FormProps } from '../section.ts'
import { namedChoices, nameOf } from '../words.ts'
import { Listen } from './Listen.tsx'
import own from './phone.module.css'
import type { PhoneSection } from './section.ts'
import { spoken } from './server.ts'

/** Whether a notice is told now. */
export const holds = (n: ConfigPhoneNotice, nowMS: number) => n.active && (!n.until || Date.parse(n.until) > nowMS)

export const notices: PhoneSection<'notices'> = {
  name: 'notices',
  icon: Megaphone,
  heading: 'admin.s.phone-notices',
  text: 'telephony.notices.text',
  one: 'telephony.notices.new',
  title: (n, a) => pick(n.text, a.locale) || n.key,
  make: () => ({ id: 0, key: '', text: {}, active: true }),
  columns: [
    {
      head: 'telephony.state',
      cell: (n, a) => (
        <Status level={holds(n, Date.now()) ? 'warn' : 'none'}>
          {a.t(holds(n, Date.now()) ? 'telephony.notices.told' : 'telephony.trunk.off')}
        </Status>
      ),
    },
    { head: 'telephony.lines.brand', wide: true, cell: (n, a) => (n.brand ? nameOf(a.document.brands, n.brand) : a.t('admin.canned.all')) },
    { head: 'telephony.notices.until', cell: (n, a) => (n.until ? timeOrDate(a.locale, Date.parse(n.until)) : '–') },
  ],
  Form: NoticeForm,
}

/** 2026-11-22T13:00 in the browser's own time, as the field wants it. */
const local = (iso: string | undefined) => {
  const ms = iso ? Date.parse(iso) : Number.NaN
  return Number.isNaN(ms) ? '' : new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function NoticeForm({ draft, document }: FormProps<ConfigPhoneNotice>) {
  const { t } = useT()
  const { value: n, set, fault } = draft
  const taken = document.phone.notices.map(x => x.key)
  const until = fault('until')
  return (
    <Part title={t('telephony.notices.what')} text={t('telephony.notices.text')}>
      <WordsField
        label={t('telephony.step.says')}
        value={n.text}
        set={text => set(draft.isNew ? { text, key: keyFrom(pick(text, 'nb').slice(0, 30), taken) || 'varsel' } : { text })}
        fault={fault('text') ?? locales.map(l => fault(`text.${l}`)).find(Boolean) ?? fault('key')}
        long
        max={600}
      />
      <div className={css.rowbuttons}>
        {locales
          .filter(l => n.text[l])
          .map(l => (
            <span key={l} className={own.tick}>
              <Listen label={localeNames[l]} fetch={() => spoken(n.text[l] ?? '', l)} /> {localeNames[l]}
            </span>
          ))}
      </div>
      <Row>
        <SelectField
          label={t('telephony.lines.brand')}
          none={t('admin.canned.all')}
          value={n.brand ?? ''}
          set={v => set({ brand: v || undefined })}
          choices={namedChoices(document.brands)}
          fault={fault('brand')}
        />
        <TextInput
          type="datetime-local"
          size="xs"
          label={t('telephony.notices.until')}
          description={t('telephony.notices.until_text')}
          value={local(n.until)}
          onChange={e => set({ until: e.currentTarget.value ? new Date(e.currentTarget.value).toISOString() : undefined })}
          error={until && faultText(t, until)}
        />
      </Row>
      <Row>
        <SelectField
          label={t('telephony.notices.queue')}
          none={t('telephony.notices.always')}
          value={n.queue ?? ''}
          set={v => set({ queue: v || undefined, above_s: v ? n.above_s : undefined })}
          choices={namedChoices(document.queues)}
          fault={fault('queue')}
        />
        {n.queue && (
          <DurationField
            label={t('telephony.notices.above')}
            hint={t('telephony.notices.above_text')}
            value={n.above_s ?? 0}
            set={s => set({ above_s: s || undefined })}
            fault={fault('above_s')}
          />
        )}
      </Row>
      <SwitchField label={t('telephony.notices.active')} value={n.active} set={active => set({ active })} />
    </Part>
  )
}
