import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import type { PhoneRecording } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { clock } from '../lib/format.ts'
import { useT } from '../lib/i18n.ts'
import { useAct } from './actions.ts'
import css from './phone.module.css'

/** The recordings of a contact that one may hear, to be heard or thrown away; nothing where there are none. Both are logged. */
export default function Recordings({ contact, deletable = true }: { contact: number; deletable?: boolean }) {
  const { t } = useT()
  const can = useCan()
  const list = useQuery({
    queryKey: ['recordings', contact],
    queryFn: () => api('GET /api/contacts/{id}/recordings', { path: { id: contact } }),
    enabled: can('recordings.play'),
    staleTime: 5000,
  })
  const done = (list.data ?? []).filter(r => r.state === 'done')
  if (!done.length) return null
  return (
    <section className={css.recordings} aria-label={t('phone.recordings')}>
      {done.map(r => (
        <One key={r.id} recording={r} deletable={deletable && can('recordings.delete')} />
      ))}
    </section>
  )
}

function One({ recording: r, deletable }: { recording: PhoneRecording; deletable: boolean }) {
  const { t } = useT()
  const client = useQueryClient()
  const { busy, act } = useAct()
  const [sure, setSure] = useState(false)
  const remove = async () => {
    if (!(await act('delete', () => api('DELETE /api/phone/recordings/{id}', { path: { id: r.id } })))) return
    toast(t('phone.record.deleted'))
    await client.invalidateQueries({ queryKey: ['recordings', r.contact_id] })
  }
  return (
    <div className={css.recording}>
      <span>
        {t('phone.recording')} <span className="num">{clock(r.duration_ms)}</span>
        <span className="sub">{t(`phone.record.basis.${r.basis}`)}</span>
      </span>
      {/* biome-ignore lint/a11y/useMediaCaption: what was said on the telephone has no captions */}
      <audio controls preload="none" src={`/api/phone/recordings/${r.id}`} aria-label={t('phone.recording')} />
      {deletable && (
        <Button
          type="button"
          size="compact-sm"
          variant="default"
          loading={busy === 'delete'}
          leftSection={<Trash2 size={14} aria-hidden="true" />}
          onClick={() => (sure ? void remove() : setSure(true))}
          onBlur={() => setSure(false)}
        >
          {t(sure ? 'phone.record.sure' : 'phone.record.delete')}
        </Button>
      )}
    </div>
  )
}
