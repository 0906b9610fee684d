import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { contactKey } from '../app/live.ts'
import type { ContactCustomer, ContactCustomerChange, ContactDetail } from '../gen/api.gen.ts'
import { api, asProblem } from '../lib/api.ts'
import { type Locale, localeNames, locales, useT } from '../lib/i18n.ts'
import { useProblemText } from '../ui/States.tsx'
import css from './desk.module.css'
import { customerQuery } from './queries.ts'

type Form = { name: string; phone: string; email: string; remark: string; language: string }

const formOf = (c: ContactCustomer): Form => ({
  name: c.name,
  phone: c.phone ?? '',
  email: c.email ?? '',
  remark: c.remark ?? '',
  language: c.language ?? '',
})

/** Saves from the version that the agent has seen. When a colleague was first, what they wrote is fetched to stand beside the agent's own. */
function useSave(customer: ContactCustomer, id: number | undefined, close: () => void) {
  const { t } = useT()
  const client = useQueryClient()
  const say = useProblemText()
  const [base, setBase] = useState(customer)
  const [fault, setFault] = useState('')
  const [busy, setBusy] = useState(false)
  const show = (c: ContactCustomer) => {
    if (id) client.setQueryData<ContactDetail>(contactKey(id), d => (d ? { ...d, customer: { ...c, page: c.page ?? customer.page } } : d))
    client.setQueryData(customerQuery(customer.id).queryKey, c)
  }
  const save = async (form: Form) => {
    setBusy(true)
    const body: ContactCustomerChange = {
      version: base.version ?? '',
      name: form.name.trim(),
      phone: form.phone.trim(),
      email: form.email.trim(),
      remark: form.remark.trim(),
    }
    if (form.language) body.language = form.language as Locale
    try {
      show(await api('PATCH /api/customers/{id}', { path: { id: customer.id }, body }))
      close()
    } catch (e) {
      const newer =
        asProblem(e).kind === 'conflict' && (await api('GET /api/customers/{id}', { path: { id: customer.id } }).catch(() => undefined))
      if (newer) {
        show(newer)
        setBase(newer)
      }
      setFault(newer ? t('customer.changed') : say(e))
      setBusy(false)
    }
  }
  return { base, fault, busy, save }
}

/** Corrects what is known of a customer. */
export default function EditCustomer({ customer, id, close }: { customer: ContactCustomer; id?: number; close: () => void }) {
  const { t } = useT()
  const [form, setForm] = useState<Form>(formOf(customer))
  const { base, fault, busy, save } = useSave(customer, id, close)
  const [was] = useState(formOf(customer)) // as it was when the agent began
  const now = formOf(base)
  const field = (key: keyof Form) => ({
    value: form[key],
    onChange: (e: { currentTarget: { value: string } }) => setForm({ ...form, [key]: e.currentTarget.value }),
    error: now[key] !== was[key] && now[key] !== form[key] && (
      <Newer
        value={key === 'language' ? localeNames[now.language as Locale] : now[key]}
        use={() => setForm({ ...form, [key]: now[key] })}
      />
    ),
  })
  return (
    <Modal opened onClose={close} title={t('customer.edit')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        className={css.form}
        onSubmit={e => {
          e.preventDefault()
          void save(form)
        }}
      >
        <TextInput label={t('customer.name')} {...field('name')} />
        <TextInput label={t('customer.phone')} type="tel" {...field('phone')} />
        <TextInput label={t('customer.email')} type="email" {...field('email')} />
        <Select
          label={t('customer.language')}
          data={locales.map(l => ({ value: l, label: localeNames[l] }))}
          {...field('language')}
          value={form.language || null}
          onChange={v => setForm({ ...form, language: v ?? '' })}
        />
        <Textarea
          label={t('customer.remark')}
          description={t('customer.remark_help')}
          autosize
          minRows={2}
          maxLength={1000}
          {...field('remark')}
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

/** What a colleague has written in a field meanwhile, and a way to take it over. */
function Newer({ value, use }: { value: string | undefined; use: () => void }) {
  const { t } = useT()
  return (
    <>
      {value ? t('customer.now', { value }) : t('customer.now_empty')}{' '}
      <Button size="compact-xs" variant="subtle" onClick={use}>
        {t('customer.use')}
      </Button>
    </>
  )
}
