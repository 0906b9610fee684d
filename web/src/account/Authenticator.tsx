import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { meQuery, useMe } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import { api } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
import { Status } from '../ui/Status.tsx'
import css from './account.module.css'
import { Card, Fault } from './Card.tsx'

/** The authenticator app: shown as a picture to scan, confirmed by its first code. */
export function Authenticator() {
  const { t } = useT()
  const me = useMe()
  const client = useQueryClient()
  const [code, setCode] = useState('')
  const refresh = () => client.invalidateQueries({ queryKey: meQuery.queryKey })
  const begin = useMutation({ mutationFn: () => api('POST /api/me/totp') })
  const confirm = useMutation({
    mutationFn: () => api('PUT /api/me/totp', { body: { code } }),
    onSuccess: async () => {
      begin.reset()
      setCode('')
      toast(t('account.totp.on'))
      await refresh()
    },
  })
  const remove = useMutation({ mutationFn: () => api('DELETE /api/me/totp'), onSuccess: refresh })
  return (
    <Card title={t('account.totp')} text={t('account.totp.text')}>
      <p className={css.line}>
        <Status level={me.totp ? 'ok' : 'none'}>{t(me.totp ? 'account.totp.in_use' : 'account.totp.not_in_use')}</Status>
        {me.totp ? (
          <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('account.totp.remove')}
          </Button>
        ) : (
          !begin.data && (
            <Button loading={begin.isPending} onClick={() => begin.mutate()}>
              {t('account.totp.begin')}
            </Button>
          )
        )}
      </p>
      <Fault error={begin.error ?? remove.error} />
      {begin.data && (
        <form
          className={css.scan}
          onSubmit={e => {
            e.preventDefault()
            confirm.mutate()
          }}
        >
          <img src={begin.data.image} width={176} height={176} alt={t('account.totp.image')} />
          <div className={css.form}>
            <p>{t('account.totp.scan')}</p>
            <code>{begin.data.secret}</code>
            <TextInput
              label={t('account.totp.code')}
              value={code}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={6}
              onChange={e => setCode(e.currentTarget.value.replace(/\D/g, ''))}
              classNames={{ input: css.code }}
            />
            <Fault error={confirm.error} />
            <div className={css.line}>
              <Button type="submit" loading={confirm.isPending} disabled={code.length !== 6}>
                {t('account.totp.confirm')}
              </Button>
              <Button variant="default" onClick={() => begin.reset()}>
                {t('cancel')}
              </Button>
            </div>
          </div>
        </form>
      )}
    </Card>
  )
}
