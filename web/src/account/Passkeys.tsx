import { Button, TextInput } from '@mantine/core'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { meQuery } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import { api, Problem } from '../lib/api.ts'
import { date } from '../lib/dates.ts'
import { useT } from '../lib/i18n.ts'
import { ErrorState, Loading } from '../ui/States.tsx'
import css from './account.module.css'
import { Card, Fault } from './Card.tsx'
import { creationOptions, credentialJSON, passkeysHere } from './webauthn.ts'

const passkeysQuery = queryOptions({ queryKey: ['passkeys'], queryFn: () => api('GET /api/me/passkeys') })

/** Keys that the machine or phone keeps: one touch instead of a password. */
export function Passkeys() {
  const { t, locale } = useT()
  const client = useQueryClient()
  const list = useQuery(passkeysQuery)
  const [name, setName] = useState('')
  const refresh = () =>
    Promise.all([client.invalidateQueries({ queryKey: passkeysQuery.queryKey }), client.invalidateQueries({ queryKey: meQuery.queryKey })])
  const add = useMutation({
    mutationFn: async () => {
      const { id, options } = await api('POST /api/me/passkeys/begin')
      const made = await ask(creationOptions(options))
      if (!made) return false
      await api('POST /api/me/passkeys', {
        body: { id, name: name.trim() || t('account.passkeys.usual'), credential: credentialJSON(made) },
      })
      return true
    },
    onSuccess: async added => {
      if (!added) return
      setName('')
      toast(t('account.passkeys.added'))
      await refresh()
    },
  })
  const remove = useMutation({ mutationFn: (id: number) => api('DELETE /api/me/passkeys/{id}', { path: { id } }), onSuccess: refresh })
  return (
    <Card title={t('account.passkeys')} text={t('account.passkeys.text')}>
      {list.isPending && <Loading rows={[2]} />}
      {list.error && <ErrorState what={t('account.passkeys.failed')} error={list.error} retry={() => void list.refetch()} />}
      {!!list.data?.length && (
        <ul className={css.list}>
          {list.data.map(k => (
            <li key={k.id}>
              <KeyRound size={16} aria-hidden="true" />
              <span>
                <b>{k.name}</b>
                <small className="sub">
                  {t('account.passkeys.since', { date: date(locale, k.since_ms) })}
                  {k.used_ms ? ` · ${t('account.passkeys.used', { date: date(locale, k.used_ms) })}` : ''}
                </small>
              </span>
              <Button
                variant="subtle"
                color="gray"
                px={6}
                aria-label={t('account.passkeys.remove', { name: k.name })}
                loading={remove.isPending && remove.variables === k.id}
                onClick={() => remove.mutate(k.id)}
              >
                <Trash2 size={15} aria-hidden="true" />
              </Button>
            </li>
          ))}
        </ul>
      )}
      {list.data && !list.data.length && <p className="sub">{t('account.passkeys.none')}</p>}
      <Fault error={add.error ?? remove.error} />
      {passkeysHere() ? (
        <form
          className={css.line}
          onSubmit={e => {
            e.preventDefault()
            add.mutate()
          }}
        >
          <TextInput
            aria-label={t('account.passkeys.name')}
            placeholder={t('account.passkeys.name')}
            maxLength={60}
            value={name}
            onChange={e => setName(e.currentTarget.value)}
          />
          <Button type="submit" loading={add.isPending}>
            {t('account.passkeys.add')}
          </Button>
        </form>
      ) : (
        <p className="sub">{t('account.passkeys.not_here')}</p>
      )}
    </Card>
  )
}

/** Asks the authenticator; a person who thinks better of it has done nothing wrong. */
async function ask(publicKey: PublicKeyCredentialCreationOptions): Promise<PublicKeyCredential | undefined> {
  try {
    return ((await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null) ?? undefined
  } catch (e) {
    const name = e instanceof DOMException ? e.name : ''
    if (name === 'NotAllowedError' || name === 'AbortError') return undefined
    throw new Problem(name === 'InvalidStateError' ? 'conflict' : 'invalid', 0, e instanceof Error ? e.message : '')
  }
}
