import { PhoneCall } from 'lucide-react'
import type { ConfigPhoneLine } from '../../gen/api.gen.ts'
import { localeNames, locales, useT } from '../../lib/i18n.ts'
import { Part, Row, SelectField, SwitchField, TextField } from '../fields.tsx'
import type { FormProps } from '../section.ts'
import { NameField } from '../small.tsx'
import { namedChoices, nameOf } from '../words.ts'
import own from './phone.module.css'
import type { PhoneSection } from './section.ts'

/** +47 00 00 01 00: pairs counted from the end, after the country's number. */
export const grouped = (n: string) =>
  n.replace(/^(\+(?:47|46|45|358))?(\d+)$/, (_, country = '', rest: string) => `${country} ${rest.replace(/\B(?=(\d\d)+$)/g, ' ')}`.trim())

export const lines: PhoneSection<'lines'> = {
  name: 'lines',
  icon: PhoneCall,
  heading: 'admin.s.phone-lines',
  text: 'telephony.lines.text',
  one: 'telephony.lines.new',
  title: l => l.name,
  make: ({ document: d, locale }) => ({
    id: 0,
    key: '',
    name: '',
    number: '',
    brand: d.brands[0]?.key ?? '',
    language: locale,
    queue: d.queues.find(q => q.channels.includes('phone'))?.key ?? '',
  }),
  columns: [
    {
      head: 'telephony.lines.number',
      cell: (l, a) => <span className={`num ${own.whole}`}>{l.number === '*' ? a.t('telephony.lines.every') : grouped(l.number)}</span>,
    },
    { head: 'telephony.lines.brand', wide: true, cell: (l, a) => nameOf(a.document.brands, l.brand) },
    {
      head: 'telephony.lines.script',
      cell: (l, a) => (l.script ? nameOf(a.document.phone.scripts, l.script) : a.t('telephony.lines.straight')),
    },
    { head: 'telephony.lines.queue', wide: true, cell: (l, a) => nameOf(a.document.queues, l.queue) },
    { head: 'language', wide: true, cell: l => localeNames[l.language] },
  ],
  Form: LineForm,
}

function LineForm({ draft, document }: FormProps<ConfigPhoneLine>) {
  const { t } = useT()
  const { value: l, set, fault } = draft
  const every = l.number === '*'
  return (
    <>
      <Part title={t('telephony.lines.what')} text={t('telephony.lines.text')}>
        <NameField draft={draft} taken={document.phone.lines} />
        <SwitchField
          label={t('telephony.lines.every_on')}
          hint={t('telephony.lines.every_text')}
          value={every}
          set={on => set({ number: on ? '*' : '' })}
        />
        {!every && (
          <Row>
            <TextField
              label={t('telephony.lines.number')}
              hint={t('telephony.lines.number_text')}
              type="tel"
              max={20}
              value={l.number}
              set={number => set({ number })}
              fault={fault('number')}
              required
            />
          </Row>
        )}
      </Part>
      <Part title={t('telephony.lines.meets')} text={t('telephony.lines.meets_text')}>
        <Row>
          <SelectField
            label={t('telephony.lines.brand')}
            value={l.brand}
            set={brand => set({ brand })}
            choices={namedChoices(document.brands)}
            fault={fault('brand')}
          />
          <SelectField
            label={t('language')}
            value={l.language}
            set={v => set({ language: v as ConfigPhoneLine['language'] })}
            choices={locales.map(x => ({ value: x, label: localeNames[x] }))}
            fault={fault('language')}
          />
          <SelectField
            label={t('telephony.lines.script')}
            none={t('telephony.lines.straight')}
            value={l.script ?? ''}
            set={v => set({ script: v || undefined })}
            choices={namedChoices(document.phone.scripts)}
            fault={fault('script')}
          />
          <SelectField
            label={t('telephony.lines.queue')}
            hint={t('telephony.lines.queue_text')}
            value={l.queue}
            set={queue => set({ queue })}
            choices={namedChoices(document.queues.filter(q => q.channels.includes('phone') || q.key === l.queue))}
            fault={fault('queue')}
          />
        </Row>
      </Part>
      <Part title={t('telephony.lines.out')} text={t('telephony.lines.out_text')}>
        <Row>
          <TextField
            label={t('telephony.caller_id')}
            hint={t('telephony.caller_id_text')}
            type="tel"
            max={20}
            value={l.caller_id ?? ''}
            set={v => set({ caller_id: v || undefined })}
            fault={fault('caller_id')}
          />
          <TextField
            label={t('telephony.lines.text_from')}
            hint={t('telephony.lines.text_from_text')}
            max={16}
            value={l.text_from ?? ''}
            set={v => set({ text_from: v || undefined })}
            fault={fault('text_from')}
          />
        </Row>
      </Part>
    </>
  )
}
