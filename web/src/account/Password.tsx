import { Button, PasswordInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useMe } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import { api } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
import css from './account.module.css'
import { Card, Fault } from './Card.tsx'

const least = 12

/** A new password. Every other session ends with the old one. */
export function Password() {
  const { t } = useT()
  const me = useMe()
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation({
    mutationFn: () => api('PUT /api/me/password', { body: { old, new: next } }),
    onSuccess: () => {
      setOld('')
      setNext('')
      toast(t('account.password.changed'))
    },
  })
  const short = next.length > 0 && [...next].length < least
  const eye = { 'aria-label': t('account.password.show'), tabIndex: 0 }
  return (
    <Card title={t('account.password')} text={t('account.password.text')}>
      <form
        className={css.form}
        onSubmit={e => {
          e.preventDefault()
          if (!short && next) change.mutate()
        }}
      >
        <input type="text" name="username" autoComplete="username" value={me.email} readOnly hidden />
        <PasswordInput
          size="xs"
          label={t('account.password.old')}
          autoComplete="current-password"
          maxLength={200}
          value={old}
          onChange={e => setOld(e.currentTarget.value)}
          visibilityToggleButtonProps={eye}
        />
        <PasswordInput
          size="xs"
          label={t('account.password.new')}
          description={t('account.password.least', { n: least })}
          autoComplete="new-password"
          maxLength={200}
          value={next}
          onChange={e => setNext(e.currentTarget.value)}
          error={short && change.isIdle ? t('account.password.short', { n: least - [...next].length }) : undefined}
          visibilityToggleButtonProps={eye}
        />
        <Fault error={change.error} />
        <div>
          <Button type="submit" loading={change.isPending} disabled={!old || !next || short}>
            {t('account.password.change')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
