import { Button, Modal, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Music, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { useCan } from '../../app/session.ts'
import { toast } from '../../app/toasts.tsx'
import type { ConfigDocument } from '../../gen/api.gen.ts'
import { asProblem } from '../../lib/api.ts'
import { timeOrDate } from '../../lib/dates.ts'
import { bytes, clock } from '../../lib/format.ts'
import { useT } from '../../lib/i18n.ts'
import { Empty, ErrorState, Loading, useProblemText } from '../../ui/States.tsx'
import css from '../admin.module.css'
import { RemoveButton } from '../fields.tsx'
import { Listen } from './Listen.tsx'
import { promptSound, promptsQuery, usePrompts } from './server.ts'

const most = 20_000_000

/** A key made of a file's name: «Velkommen nb.wav» becomes velkommen-nb. */
export const keyOfFile = (name: string) =>
  name
    .replace(/\.wav$/i, '')
    .toLowerCase()
    .replace(/[æä]/g, 'ae')
    .replace(/[øö]/g, 'o')
    .replace(/å/g, 'a')
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 40)

/** The sound files: heard, added, replaced and removed. */
export function Prompts({ document }: { document: ConfigDocument }) {
  const { t, locale } = useT()
  const can = useCan()
  const list = useQuery(promptsQuery)
  const { remove } = usePrompts()
  const say = useProblemText()
  const [leaving, setLeaving] = useState<string>()
  const users = (key: string) => [
    ...document.phone.scripts.filter(s => s.steps.some(x => x.clip === key.replace(/\.(nb|nn|sv|en)$/, ''))).map(s => s.name),
    ...(document.phone.wait.music === key ? [t('telephony.wait.music')] : []),
  ]
  if (list.isPending) return <Loading rows={[3, 12]} />
  if (list.error) return <ErrorState what={t('telephony.prompts.failed')} error={list.error} retry={() => void list.refetch()} />
  return (
    <div className={css.editor}>
      <p className={css.hint}>{t('telephony.prompts.text')}</p>
      {can('config.write') && <Add taken={list.data.map(p => p.key)} />}
      {!list.data.length && <Empty icon={Music} title={t('telephony.prompts.none')} text={t('telephony.prompts.none_text')} />}
      {list.data.length > 0 && (
        <div className={css.tablebox}>
          <table className={css.table}>
            <caption className="vh">{t('admin.s.phone-prompts')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('telephony.prompts.key')}</th>
                <th scope="col">{t('telephony.prompts.length')}</th>
                <th scope="col" className="hide-s">
                  {t('telephony.prompts.used')}
                </th>
                <th scope="col" className="hide-s">
                  {t('telephony.prompts.at')}
                </th>
                <th scope="col">
                  <span className="vh">{t('telephony.listen')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.data.map(p => (
                <tr key={p.key}>
                  <th scope="row">
                    <code>{p.key}</code>
                  </th>
                  <td className="num">{clock(p.duration_ms)}</td>
                  <td className="hide-s">{users(p.key).join(', ') || '–'}</td>
                  <td className="hide-s">
                    {timeOrDate(locale, p.at_ms)} · {bytes(locale, p.bytes)}
                  </td>
                  <td>
                    <span className={css.rowbuttons}>
                      <Listen label={p.key} fetch={() => promptSound(p.key)} />
                      {can('config.write') && <RemoveButton name={p.key} onClick={() => setLeaving(p.key)} />}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Modal
        opened={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        title={t('admin.remove_sure', { name: leaving ?? '' })}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <p className="prose">
          {leaving && users(leaving).length
            ? t('telephony.prompts.still', { where: users(leaving).join(', ') })
            : t('telephony.prompts.gone')}
        </p>
        <div className="actions">
          <Button variant="default" onClick={() => setLeaving(undefined)}>
            {t('cancel')}
          </Button>
          <Button
            color="bad"
            loading={remove.isPending}
            onClick={() =>
              leaving && remove.mutate(leaving, { onSettled: () => setLeaving(undefined), onError: e => toast(say(e), { level: 'bad' }) })
            }
          >
            {t('admin.remove')}
          </Button>
        </div>
      </Modal>
    </div>
  )
}

function Add({ taken }: { taken: string[] }) {
  const { t } = useT()
  const say = useProblemText()
  const { put } = usePrompts()
  const [file, setFile] = useState<File>()
  const [key, setKey] = useState('')
  const [wrong, setWrong] = useState('')
  const pick = useRef<HTMLInputElement>(null)
  const choose = (f: File | undefined) => {
    setFile(f)
    setWrong(f && f.size > most ? t('telephony.prompts.large') : '')
    if (f) setKey(k => k || keyOfFile(f.name))
  }
  const send = () => {
    if (!file) return
    put.mutate(
      { key, file },
      {
        onSuccess: () => {
          toast(t('telephony.prompts.kept', { key }))
          setFile(undefined)
          setKey('')
          setWrong('')
          if (pick.current) pick.current.value = ''
        },
        onError: e => setWrong(asProblem(e).kind === 'invalid' ? t('telephony.prompts.bad') : say(e)),
      },
    )
  }
  return (
    <section className={css.part} aria-label={t('telephony.prompts.add')}>
      <h3>{t('telephony.prompts.add')}</h3>
      <p className={css.hint}>{t('telephony.prompts.add_text')}</p>
      <div>
        <div className={css.need}>
          <input
            ref={pick}
            type="file"
            hidden
            accept=".wav,audio/wav,audio/x-wav"
            aria-label={t('telephony.prompts.file')}
            onChange={e => choose(e.currentTarget.files?.[0])}
          />
          <Button variant="default" leftSection={<Music size={14} aria-hidden="true" />} onClick={() => pick.current?.click()}>
            {file ? file.name : t('telephony.prompts.file')}
          </Button>
          <TextInput
            size="xs"
            w="14rem"
            label={t('telephony.prompts.key')}
            description={t('telephony.prompts.key_text')}
            value={key}
            maxLength={40}
            onChange={e => setKey(e.currentTarget.value)}
            classNames={{ input: css.mono }}
          />
          <Button
            leftSection={<Upload size={14} aria-hidden="true" />}
            disabled={!file || !/^[a-z0-9][a-z0-9.-]*$/.test(key) || (file?.size ?? 0) > most}
            loading={put.isPending}
            onClick={send}
          >
            {t(taken.includes(key) ? 'telephony.prompts.replace' : 'telephony.prompts.add_do')}
          </Button>
        </div>
        {wrong && (
          <p className={css.fault} role="alert">
            {wrong}
          </p>
        )}
      </div>
    </section>
  )
}
