import { ActionIcon } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { BadgeCheck, Link2, Mail, Pencil, Phone, X } from 'lucide-react'
import { type ReactNode, Suspense, useState } from 'react'
import { useCan, useNames } from '../app/session.ts'
import { whySentences } from '../app/why.ts'
import type { ContactCustomer, ContactPastContact, ContactWhy } from '../gen/api.gen.ts'
import { timeOrDate } from '../lib/dates.ts'
import { span } from '../lib/format.ts'
import { type Locale, localeNames, pick, useT } from '../lib/i18n.ts'
import { later } from '../lib/later.ts'
import { CallNumber, WithNumbers } from '../phone/Numbers.tsx'
import { ChannelIcon } from '../ui/channels.tsx'
import { ErrorState, Loading } from '../ui/States.tsx'
import css from './desk.module.css'
import { customerQuery, useContact } from './queries.ts'

const EditCustomer = later(() => import('./EditCustomer.tsx'))
const Past = later(() => import('./Past.tsx'))

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

/** A customer found by search, or who is offered, with no conversation open; the contact that is offered `now` is no history yet. */
export function FoundCustomer({ id, now, close }: { id: number; now?: number; close?: () => void }) {
  const { t } = useT()
  const customer = useQuery(customerQuery(id))
  return (
    <div className={css.panel}>
      {close && (
        <ActionIcon className={css.shutPanel} variant="subtle" color="gray" aria-label={t('close')} onClick={close}>
          <X size={16} />
        </ActionIcon>
      )}
      {customer.error && <ErrorState what={t('customer.failed')} error={customer.error} retry={() => void customer.refetch()} />}
      {!customer.data && !customer.error && <Loading rows={[2, 3, 8]} />}
      {customer.data && (
        <>
          <Who customer={customer.data} />
          <History list={customer.data.history.filter(h => h.id !== now)} />
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
            <Phone size={14} aria-hidden="true" /> <CallNumber number={c.phone} customer={c.id} />
          </li>
        )}
        {c.email && (
          <li>
            <Mail size={14} aria-hidden="true" /> {c.email}
          </li>
        )}
        {c.page && (
          <li>
            <Link2 size={14} aria-hidden="true" /> {t('customer.from', { page: c.page.replace(/^https?:\/\/(www\.)?/, '') })}
          </li>
        )}
      </ul>
      {c.remark && (
        <p className={css.remark}>
          <WithNumbers text={c.remark} customer={c.id} />
        </p>
      )}
      <Suspense>{editing && <EditCustomer customer={c} id={id} close={() => setEditing(false)} />}</Suspense>
    </Part>
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
      <Suspense>{open && <Past past={open} title={reason(open)} close={() => setOpen(undefined)} />}</Suspense>
    </Part>
  )
}
