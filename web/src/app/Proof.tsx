import { Button, Modal, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { api, asProblem } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
import { useProblemText } from '../ui/States.tsx'
import { meQuery, useMe } from './session.ts'

/** Passkeys in JSON, which browsers have known since 2025; without it the other ways remain. */
type JSONPasskeys = { parseRequestOptionsFromJSON?: (o: unknown) => PublicKeyCredentialRequestOptions }
const json = () => (typeof PublicKeyCredential === 'function' ? (PublicKeyCredential as unknown as JSONPasskeys) : {})

async function byPasskey() {
  const { id, options } = await api('POST /api/session/passkey/begin')
  const publicKey = json().parseRequestOptionsFromJSON?.((options as { publicKey: unknown }).publicKey)
  const made = await navigator.credentials.get({ publicKey })
  await api('POST /api/me/proof/passkey', { body: { id, name: '', credential: (made as PublicKeyCredential).toJSON() } })
}

/** Asks again who sits here, before something that cannot be left to an unlocked desk: a code, a passkey, or the password where there is neither. */
export default function Proof({ done }: { done: (proved: boolean) => void }) {
  const { t } = useT()
  const me = useMe()
  const say = useProblemText()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const onSuccess = () => {
    void client.invalidateQueries({ queryKey: meQuery.queryKey })
    done(true)
  }
  const prove = useMutation({
    mutationFn: () => api('POST /api/me/proof', { body: me.totp ? { code: text } : { password: text } }),
    onSuccess,
    onError: () => setText(''),
  })
  const passkey = useMutation({ mutationFn: byPasskey, onSuccess })
  const fault =
    prove.error && (asProblem(prove.error).kind === 'invalid' ? t(me.totp ? 'proof.wrong_code' : 'proof.wrong') : say(prove.error))
  const field = { value: text, error: fault, 'data-autofocus': true, required: true }
  return (
    <Modal opened onClose={() => done(false)} title={t('proof.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={e => {
          e.preventDefault()
          prove.mutate()
        }}
      >
        <p className="prose">{t('proof.text')}</p>
        {me.totp ? (
          <TextInput
            {...field}
            label={t('proof.code')}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
            onChange={e => setText(e.currentTarget.value.replace(/\D/g, ''))}
          />
        ) : (
          <PasswordInput
            {...field}
            label={t('proof.password')}
            autoComplete="current-password"
            visibilityToggleButtonProps={{ 'aria-label': t('account.password.show') }}
            onChange={e => setText(e.currentTarget.value)}
          />
        )}
        {passkey.error && <p role="alert">{t('proof.passkey_failed')}</p>}
        <div className="actions">
          {me.passkeys > 0 && json().parseRequestOptionsFromJSON && (
            <Button
              variant="default"
              loading={passkey.isPending}
              leftSection={<KeyRound size={14} aria-hidden="true" />}
              onClick={() => passkey.mutate()}
            >
              {t('proof.passkey')}
            </Button>
          )}
          <Button variant="default" onClick={() => done(false)}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={prove.isPending} disabled={!text}>
            {t('proof.go_on')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
