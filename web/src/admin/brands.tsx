import { Button, Modal, NativeSelect } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Copy, ExternalLink, KeyRound, Plus, Store } from 'lucide-react'
import { useState } from 'react'
import { toast } from '../app/toasts.tsx'
import type { ConfigBrand } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { localeNames, locales, useT } from '../lib/i18n.ts'
import { useProblemText } from '../ui/States.tsx'
import css from './admin.module.css'
import { copyText } from './copy.ts'
import { replaced, without } from './draft.ts'
import { AreaField, Part, RemoveButton, Row, SelectField, TextField, WordsField } from './fields.tsx'
import { Once } from './keys.tsx'
import type { FormProps, Section } from './section.ts'
import { NameField } from './small.tsx'
import { namedChoices, nameOf } from './words.ts'

/** A new public key for a brand's script tag: nothing secret, but hard to mix up. */
const newWidgetKey = () => `w-${Array.from(crypto.getRandomValues(new Uint8Array(6)), b => b.toString(16).padStart(2, '0')).join('')}`

export const brands: Section<'brands'> = {
  name: 'brands',
  icon: Store,
  text: 'admin.brands.text',
  one: 'admin.brands.new',
  title: b => b.name,
  find: (b, a) => `${b.name} ${nameOf(a.document.markets, b.market)} ${b.origins.join(' ')}`,
  make: d => ({
    id: 0,
    key: '',
    name: '',
    market: d.markets[0]?.key ?? '',
    widget_key: newWidgetKey(),
    origins: [],
    colour: '#0b5aa8',
    greeting: {},
    topics: [],
  }),
  columns: [
    {
      head: 'admin.brands.colour',
      cell: b => (
        <span className={css.swatch}>
          <i style={{ background: b.colour }} aria-hidden="true" /> {b.colour}
        </span>
      ),
    },
    { head: 'admin.queue.market', cell: (b, a) => nameOf(a.document.markets, b.market) },
    { head: 'admin.brands.origins', wide: true, cell: b => b.origins.map(o => o.replace(/^https?:\/\//, '')).join(', ') },
    { head: 'admin.brands.topics', wide: true, cell: b => b.topics.length },
  ],
  Form: BrandForm,
}

function BrandForm({ draft, document, readOnly }: FormProps<ConfigBrand>) {
  const { t } = useT()
  const { value: b, set, fault } = draft
  const own = document.queues.filter(q => q.brand === b.key || draft.isNew)
  const [sites, setSites] = useState(b.origins.join('\n')) // as written: a line just begun is not yet a site
  const mailbox = own.find(q => q.channels.includes('form'))
  const siteFaults = b.origins.map((_, i) => fault(`origins[${i}]`)).find(Boolean)
  return (
    <>
      <Part title={t('admin.brands.what')}>
        <NameField draft={draft} taken={document.brands} />
        <Row>
          <SelectField
            label={t('admin.queue.market')}
            value={b.market}
            set={market => set({ market })}
            choices={namedChoices(document.markets)}
            fault={fault('market')}
          />
          <TextField
            label={t('admin.brands.phone')}
            hint={t('admin.brands.phone_text')}
            type="tel"
            max={32}
            value={b.phone ?? ''}
            set={v => set({ phone: v || undefined })}
            fault={fault('phone')}
          />
          <TextField
            label={t('admin.brands.privacy')}
            type="url"
            max={300}
            value={b.privacy_url ?? ''}
            set={v => set({ privacy_url: v || undefined })}
            fault={fault('privacy_url')}
          />
        </Row>
      </Part>
      <Part title={t('admin.brands.look')} text={t('admin.brands.look_text')}>
        <div className={css.colour}>
          <input
            type="color"
            aria-label={t('admin.brands.colour')}
            value={/^#[0-9a-f]{6}$/i.test(b.colour) ? b.colour : '#0b5aa8'}
            onChange={e => set({ colour: e.currentTarget.value })}
          />
          <TextField
            label={t('admin.brands.colour')}
            value={b.colour}
            set={colour => set({ colour })}
            fault={fault('colour')}
            max={7}
            mono
          />
        </div>
        <WordsField label={t('admin.brands.greeting')} value={b.greeting} set={greeting => set({ greeting })} fault={fault('greeting')} />
      </Part>
      <Part title={t('admin.brands.topics')} text={t('admin.brands.topics_text')}>
        <div className={css.needs}>
          {b.topics.map((topic, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: topics stand in the order that visitors see
            <div key={i} className={css.topic}>
              <WordsField
                label={t('admin.brands.topic', { n: i + 1 })}
                value={topic.name}
                set={name => set({ topics: replaced(b.topics, i, { name }) })}
                fault={fault(`topics[${i}].name`)}
              />
              <SelectField
                label={t('admin.brands.leads_to')}
                value={topic.queue}
                set={queue => set({ topics: replaced(b.topics, i, { queue }) })}
                choices={namedChoices(own)}
                fault={fault(`topics[${i}].queue`)}
              />
              {!readOnly && (
                <RemoveButton name={t('admin.brands.topic', { n: i + 1 })} onClick={() => set({ topics: without(b.topics, i) })} />
              )}
            </div>
          ))}
          {!readOnly && (
            <Button
              variant="default"
              leftSection={<Plus size={14} aria-hidden="true" />}
              onClick={() => set({ topics: [...b.topics, { name: {}, queue: own[0]?.key ?? '' }] })}
            >
              {t('admin.brands.topic_add')}
            </Button>
          )}
        </div>
        <p className="sub">{mailbox ? t('admin.brands.mailbox_to', { queue: mailbox.name }) : t('admin.brands.mailbox_none')}</p>
      </Part>
      <Part title={t('admin.brands.sites')} text={t('admin.brands.sites_text')}>
        <AreaField
          label={t('admin.brands.origins')}
          hint={t('admin.brands.origins_text')}
          value={sites}
          set={v => {
            setSites(v)
            set({ origins: v.split(/\s+/).filter(Boolean) })
          }}
          fault={siteFaults}
        />
        <TextField
          label={t('admin.brands.widget_key')}
          value={b.widget_key}
          set={v => set({ widget_key: v })}
          fault={fault('widget_key')}
          max={64}
          mono
        />
      </Part>
      {!draft.isNew && <Embed brand={b} />}
      {!draft.isNew && <Identity brand={b} readOnly={readOnly} />}
    </>
  )
}

/** The script tag to copy, and the chat as visitors see it now. */
function Embed({ brand }: { brand: ConfigBrand }) {
  const { t, locale } = useT()
  const [language, setLanguage] = useState<string>(locale)
  const [scheme, setScheme] = useState<'light' | 'dark'>('light')
  const tag = `<script src="${location.origin}/widget.js" data-key="${brand.widget_key}" data-lang="${language}" async></script>`
  const page = `/widget/frame?${new URLSearchParams({ key: brand.widget_key, lang: language, scheme })}`
  return (
    <Part title={t('admin.brands.embed')} text={t('admin.brands.embed_text')}>
      <Row>
        <NativeSelect
          size="xs"
          label={t('language')}
          value={language}
          onChange={e => setLanguage(e.currentTarget.value)}
          data={locales.map(l => ({ value: l, label: localeNames[l] }))}
        />
        <NativeSelect
          size="xs"
          label={t('scheme')}
          value={scheme}
          onChange={e => setScheme(e.currentTarget.value === 'dark' ? 'dark' : 'light')}
          data={[
            { value: 'light', label: t('scheme.light') },
            { value: 'dark', label: t('scheme.dark') },
          ]}
        />
      </Row>
      <pre className={css.code}>{tag}</pre>
      <div className={css.rowbuttons}>
        <Button
          variant="default"
          leftSection={<Copy size={14} aria-hidden="true" />}
          onClick={() => void copyText(tag).then(() => toast(t('admin.copied')))}
        >
          {t('admin.brands.copy_tag')}
        </Button>
        <Button variant="default" component="a" href={page} target="_blank" leftSection={<ExternalLink size={14} aria-hidden="true" />}>
          {t('admin.brands.open_chat')}
        </Button>
      </div>
      <iframe key={page} className={css.preview} src={page} title={t('admin.brands.preview', { name: brand.name })} />
    </Part>
  )
}

/** How the brand's own site says who a signed-in visitor is, and the secret it signs with. */
function Identity({ brand, readOnly }: { brand: ConfigBrand; readOnly: boolean }) {
  const { t } = useT()
  const say = useProblemText()
  const [sure, setSure] = useState(false)
  const make = useMutation({
    mutationFn: () => api('POST /api/config/brands/{id}/secret', { path: { id: brand.id } }),
    onSettled: () => setSure(false),
    onError: e => toast(say(e), { level: 'bad' }),
  })
  return (
    <Part title={t('admin.brands.identity')} text={t('admin.brands.identify')}>
      <pre className={css.code}>{'Sentral.identify(jwt)'}</pre>
      {make.data && <Once title={t('admin.brands.secret')} secret={make.data.secret} done={() => make.reset()} />}
      {!readOnly && !make.data && (
        <Button variant="default" leftSection={<KeyRound size={14} aria-hidden="true" />} onClick={() => setSure(true)}>
          {t('admin.brands.secret_make')}
        </Button>
      )}
      <Modal
        opened={sure}
        onClose={() => setSure(false)}
        title={t('admin.brands.secret_make')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <p className="prose">{t('admin.brands.secret_text', { name: brand.name })}</p>
        <div className="actions">
          <Button variant="default" onClick={() => setSure(false)}>
            {t('cancel')}
          </Button>
          <Button loading={make.isPending} onClick={() => make.mutate()}>
            {t('admin.brands.secret_make')}
          </Button>
        </div>
      </Modal>
    </Part>
  )
}
