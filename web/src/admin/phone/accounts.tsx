import { Phone } from 'lucide-react'
import type { ConfigAccount } from '../../gen/api.gen.ts'
import { useT } from '../../lib/i18n.ts'
import { Status } from '../../ui/Status.tsx'
import css from '../admin.module.css'
import { keyFrom } from '../draft.ts'
import { FindField, Part, Row, SwitchField, TextField } from '../fields.tsx'
import type { FormProps } from '../section.ts'
import { namedChoices, nameOf } from '../words.ts'
import type { PhoneSection } from './section.ts'
import { Secret } from './trunks.tsx'

export const accounts: PhoneSection<'accounts'> = {
  name: 'accounts',
  icon: Phone,
  heading: 'admin.s.phone-accounts',
  text: 'telephony.accounts.text',
  one: 'telephony.accounts.new',
  title: a => a.user,
  make: () => ({ id: 0, key: '', user: '', person: '', active: true }),
  columns: [
    { head: 'telephony.accounts.person', cell: (x, a) => nameOf(a.document.people, x.person) },
    {
      head: 'telephony.state',
      cell: (x, a) => <Status level={x.active ? 'ok' : 'none'}>{a.t(x.active ? 'telephony.accounts.on' : 'telephony.trunk.off')}</Status>,
    },
  ],
  Form: AccountForm,
}

function AccountForm({ draft, document, readOnly }: FormProps<ConfigAccount>) {
  const { t } = useT()
  const { value: x, set, fault } = draft
  const taken = document.phone.accounts.map(a => a.key)
  return (
    <Part title={t('telephony.accounts.what')} text={t('telephony.accounts.text')}>
      <Row>
        <TextField
          label={t('telephony.user')}
          hint={t('telephony.accounts.user_text')}
          value={x.user}
          set={user => set(draft.isNew ? { user, key: keyFrom(user, taken) } : { user })}
          fault={fault('user')}
          max={40}
          mono
        />
        <FindField
          label={t('telephony.accounts.person')}
          value={x.person}
          set={person => set({ person })}
          choices={namedChoices(document.people.filter(p => p.active))}
          fault={fault('person')}
        />
      </Row>
      <SwitchField label={t('telephony.accounts.active')} value={x.active} set={active => set({ active })} />
      {draft.isNew ? <p className={css.hint}>{t('telephony.secret_later')}</p> : <Secret of="accounts" id={x.key} readOnly={readOnly} />}
    </Part>
  )
}
