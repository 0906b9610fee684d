import { Button, Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, whenSignedOut } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
import { useLink } from './live.ts'
import { signInAddress } from './session.ts'

/** Says that the session has ended without leaving the page: what is being written stays, and signing in again in another tab goes on here. */
export function SessionOver() {
  const { t } = useT()
  const client = useQueryClient()
  const { link } = useLink()
  const [over, setOver] = useState(false)
  useEffect(() => whenSignedOut(() => setOver(true)), [])
  useEffect(() => {
    if (link === 'signed_out') setOver(true)
  }, [link])
  useEffect(() => {
    if (!over) return
    const look = async () => {
      try {
        await api('GET /api/me')
        setOver(false)
        dispatchEvent(new Event('online'))
        await client.invalidateQueries()
      } catch {
        return
      }
    }
    addEventListener('focus', look)
    return () => removeEventListener('focus', look)
  }, [over, client])
  return (
    <Modal opened={over} onClose={() => setOver(false)} title={t('session_over')} withCloseButton={false} closeOnClickOutside={false}>
      <p className="prose">{t('session_over.text')}</p>
      <div className="actions">
        <Button component="a" href={signInAddress('/')} target="_blank" rel="noopener" size="sm" data-autofocus>
          {t('session_over.sign_in')}
        </Button>
      </div>
    </Modal>
  )
}
