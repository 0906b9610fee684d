import { Button, Modal } from '@mantine/core'
import { useT } from '../lib/i18n.ts'
import { signInAddress } from './session.ts'

/** Says that the session has ended without leaving the page: what is being written stays, and signing in again in another tab goes on here. */
export default function SessionOver({ close }: { close: () => void }) {
  const { t } = useT()
  return (
    <Modal opened onClose={close} title={t('session_over')} withCloseButton={false} closeOnClickOutside={false}>
      <p className="prose">{t('session_over.text')}</p>
      <div className="actions">
        <Button component="a" href={signInAddress('/')} target="_blank" rel="noopener" size="sm" data-autofocus>
          {t('session_over.sign_in')}
        </Button>
      </div>
    </Modal>
  )
}
