import { Button, Modal, Textarea } from '@mantine/core'
import type { ReactNode } from 'react'
import { useT } from '../lib/i18n.ts'
import { Kbd } from '../ui/Kbd.tsx'

type Words = { value: string; set: (s: string) => void; label: string }

/** Asks before something that cannot be undone; Enter says yes, or Ctrl+Enter where there are words to write. */
export default function Ask(p: {
  title: string
  text: string
  yes: string
  busy: boolean
  icon?: ReactNode
  words?: Words
  go: () => void
  close: () => void
}) {
  const { t } = useT()
  return (
    <Modal opened onClose={p.close} title={p.title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={e => {
          e.preventDefault()
          p.go()
        }}
        onKeyDown={e => {
          if (p.words && e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
            e.preventDefault()
            p.go()
          }
        }}
      >
        <p className="prose">{p.text}</p>
        {p.words && (
          <Textarea
            data-autofocus
            autosize
            minRows={3}
            maxLength={2000}
            label={p.words.label}
            value={p.words.value}
            onChange={e => p.words?.set(e.currentTarget.value)}
          />
        )}
        <div className="actions">
          <Button variant="default" onClick={p.close}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={p.busy} leftSection={p.icon} data-autofocus={p.words ? undefined : true}>
            {p.yes} <Kbd keys={p.words ? 'mod+Enter' : 'Enter'} />
          </Button>
        </div>
      </form>
    </Modal>
  )
}
