import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { contactKey } from '../app/live.ts'
import type { ContactCustomer, ContactCustomerChange, ContactDetail } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { type Locale, localeNames, locales, useT } from '../lib/i18n.ts'
import { useProblemText } from '../ui/States.tsx'
import css from './desk.module.css'
import { customerQuery } from './queries.ts'

type Form = { name: string; phone: string; email: string; remark: string; language: string }

function useSave(customer: ContactCustomer, id: number | undefined, close: () => void) {
  const client = useQueryClient()
  const say = useProblemText()
  const [fault, setFault] = useState('')
  const [busy, setBusy] = useState(false)
  const save = async (form: Form) => {
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
  return { fault, busy, save }
}

/** Corrects what is known of a customer. */
export default function EditCustomer({ customer, id, close }: { customer: ContactCustomer; id?: number; close: () => void }) {
  const { t } = useT()
  const [form, setForm] = useState<Form>({
    name: customer.name,
    phone: customer.phone ?? '',
    email: customer.email ?? '',
    remark: customer.remark ?? '',
    language: customer.language ?? '',
  })
  const { fault, busy, save } = useSave(customer, id, close)
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
          void save(form)
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
