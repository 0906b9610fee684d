import { ActionIcon, Button, Modal, Select, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { BadgeCheck, Link2, Mail, Pencil, Phone, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { contactKey } from '../app/live.ts'
import { useCan, useNames } from '../app/session.ts'
import { whySentences } from '../app/why.ts'
import type { ContactCustomer, ContactCustomerChange, ContactDetail, ContactPastContact, ContactWhy } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { timeOrDate } from '../lib/dates.ts'
import { span } from '../lib/format.ts'
import { type Locale, localeNames, locales, pick, useT } from '../lib/i18n.ts'
import { ChannelIcon } from '../ui/channels.tsx'
import { ErrorState, Loading, useProblemText } from '../ui/States.tsx'
import css from './desk.module.css'
import { customerQuery, useContact } from './queries.ts'
import { Thread } from './Thread.tsx'

function Part({ title, tools, children }: { title: string; tools?: ReactNode; children: ReactNode }) {
  return (
    <section className={css.part}>
      <header>
        <h3>{title}</h3>
        {tools}
      </header>
      {children}
    </section>
  )
}

/** The customer beside a conversation: who, what they prefer, why it came to me, and what went before. */
export function CustomerPanel({ id }: { id: number }) {
  const { t } = useT()
  const contact = useContact(id)
  if (!contact.data) return contact.error ? null : <Loading rows={[2, 3, 8]} />
  const { customer, contact: c } = contact.data
  return (
    <div className={css.panel}>
      {customer ? <Who customer={customer} id={id} /> : <p className="sub">{t('customer.nothing')}</p>}
      {c.why && <Why why={c.why} />}
      {customer && <History list={customer.history} />}
    </div>
  )
}

/** A customer found by search, with no conversation open. */
export function FoundCustomer({ id, close }: { id: number; close: () => void }) {
  const { t } = useT()
  const customer = useQuery(customerQuery(id))
  return (
    <div className={css.panel}>
      <ActionIcon className={css.shutPanel} variant="subtle" color="gray" aria-label={t('close')} onClick={close}>
        <X size={16} />
      </ActionIcon>
      {customer.error && <ErrorState what={t('customer.failed')} error={customer.error} retry={() => void customer.refetch()} />}
      {!customer.data && !customer.error && <Loading rows={[2, 3, 8]} />}
      {customer.data && (
        <>
          <Who customer={customer.data} />
          <History list={customer.data.history} />
        </>
      )}
    </div>
  )
}

function Who({ customer: c, id }: { customer: ContactCustomer; id?: number }) {
  const { t } = useT()
  const can = useCan()
  const [editing, setEditing] = useState(false)
  const language = c.language ? (localeNames[c.language as Locale] ?? c.language) : ''
  return (
    <Part
      title={t('customer.title')}
      tools={
        can('customers.write') && (
          <ActionIcon variant="subtle" color="gray" size={26} aria-label={t('customer.edit')} onClick={() => setEditing(true)}>
            <Pencil size={14} />
          </ActionIcon>
        )
      }
    >
      <p className={css.name}>
        {c.name || t('customer.unknown')}
        {c.verified === 'signed' && (
          <span className={css.verified}>
            <BadgeCheck size={15} aria-hidden="true" /> {t('customer.signed')}
          </span>
        )}
      </p>
      <p className="sub">
        {[c.customer_number && t('customer.number', { number: c.customer_number }), language].filter(Boolean).join(' · ')}
      </p>
      <ul className={css.ways}>
        {c.phone && (
          <li>
            <Phone size={14} aria-hidden="true" /> <span className="num">{c.phone}</span>
          </li>
        )}
        {c.email && (
          <li>
            <Mail size={14} aria-hidden="true" /> {c.email}
          </li>
        )}
        {c.page && (
          <li>
            <Link2 size={14} aria-hidden="true" /> {t('customer.from', { page: c.page })}
          </li>
        )}
      </ul>
      {c.remark && <p className={css.remark}>{c.remark}</p>}
      {editing && <Edit customer={c} id={id} close={() => setEditing(false)} />}
    </Part>
  )
}

function Edit({ customer, id, close }: { customer: ContactCustomer; id?: number; close: () => void }) {
  const { t } = useT()
  const client = useQueryClient()
  const say = useProblemText()
  const [form, setForm] = useState({
    name: customer.name,
    phone: customer.phone ?? '',
    email: customer.email ?? '',
    remark: customer.remark ?? '',
    language: customer.language ?? '',
  })
  const [fault, setFault] = useState('')
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    const body: ContactCustomerChange = {
      name: form.name.trim(),
      phone: form.phone.trim(),
      email: form.email.trim(),
      remark: form.remark.trim(),
    }
    if (form.language) body.language = form.language as Locale
    try {
      const saved = await api('PATCH /api/customers/{id}', { path: { id: customer.id }, body })
      if (id)
        client.setQueryData<ContactDetail>(contactKey(id), d =>
          d ? { ...d, customer: { ...saved, page: saved.page ?? customer.page } } : d,
        )
      client.setQueryData(customerQuery(customer.id).queryKey, saved)
      close()
    } catch (e) {
      setFault(say(e))
      setBusy(false)
    }
  }
  const text = (key: 'name' | 'phone' | 'email', type = 'text') => (
    <TextInput
      label={t(`customer.${key}`)}
      type={type}
      value={form[key]}
      onChange={e => setForm({ ...form, [key]: e.currentTarget.value })}
    />
  )
  return (
    <Modal opened onClose={close} title={t('customer.edit')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        className={css.form}
        onSubmit={e => {
          e.preventDefault()
          void save()
        }}
      >
        {text('name')}
        {text('phone', 'tel')}
        {text('email', 'email')}
        <Select
          label={t('customer.language')}
          value={form.language || null}
          onChange={v => setForm({ ...form, language: v ?? '' })}
          data={locales.map(l => ({ value: l, label: localeNames[l] }))}
        />
        <Textarea
          label={t('customer.remark')}
          description={t('customer.remark_help')}
          autosize
          minRows={2}
          maxLength={1000}
          value={form.remark}
          onChange={e => setForm({ ...form, remark: e.currentTarget.value })}
        />
        {fault && (
          <p role="alert" className={css.fault}>
            {fault}
          </p>
        )}
        <div className="actions">
          <Button variant="default" onClick={close}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('save')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/** Why the contact came to this agent, in sentences; the figures stand below for those who want them. */
function Why({ why }: { why: ContactWhy }) {
  const { t } = useT()
  const [first, ...rest] = whySentences(t, why)
  return (
    <Part title={t('why.title')}>
      <p className={css.why}>{first}</p>
      {rest.length > 0 && <p className="sub">{rest.join(' ')}</p>}
    </Part>
  )
}

function History({ list }: { list: ContactPastContact[] }) {
  const { t, locale } = useT()
  const names = useNames()
  const [open, setOpen] = useState<ContactPastContact>()
  const reason = (h: ContactPastContact) => {
    const r = names.reasons.find(x => x.id === h.reason_id)
    return r ? pick(r.name, locale) : t(`channel.${h.channel}`)
  }
  return (
    <Part title={t('history.title')}>
      {list.length === 0 && <p className="sub">{t('history.empty')}</p>}
      <ol className={css.history}>
        {list.map(h => (
          <li key={h.id}>
            <ChannelIcon channel={h.channel} size={15} />
            <div>
              <button type="button" className={css.past} onClick={() => setOpen(h)}>
                {reason(h)}
              </button>
              <p className="sub">
                {[
                  timeOrDate(locale, h.at_ms),
                  h.outcome && t(`outcome.${h.outcome}`),
                  h.ended_at_ms && span(t, h.ended_at_ms - h.at_ms),
                  h.agent,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
              {h.summary && <p className={css.summary}>{h.summary}</p>}
            </div>
          </li>
        ))}
      </ol>
      {open && <Past past={open} title={reason(open)} close={() => setOpen(undefined)} />}
    </Part>
  )
}

/** An earlier contact, to read. */
function Past({ past, title, close }: { past: ContactPastContact; title: string; close: () => void }) {
  const { t, locale } = useT()
  const contact = useContact(past.id)
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={`${title} · ${timeOrDate(locale, past.at_ms)}`}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className={css.pastThread}>
        {contact.error && <ErrorState what={t('conversation.failed')} error={contact.error} retry={() => void contact.refetch()} />}
        {!contact.data && !contact.error && <Loading rows={[3, 4, 5]} />}
        {contact.data && <Thread detail={contact.data} name={contact.data.contact.name || t('customer.unknown')} />}
      </div>
    </Modal>
  )
}
