import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Download, FileCheck, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { useCan } from '../app/session.ts'
import { toast } from '../app/toasts.tsx'
import type { ConfigDocument, ConfigFault, RulebookVersioned } from '../gen/api.gen.ts'
import { api, asProblem } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
import { useProblemText } from '../ui/States.tsx'
import css from './admin.module.css'
import { Differences } from './changes.tsx'
import { faultText } from './faults.ts'
import { Part, TextField } from './fields.tsx'
import { useRefresh } from './queries.ts'

type Read = { name: string; file: File }

/** The configuration as a file: out, and in again after a look at what it would change. */
export function ConfigFile({ config }: { config: RulebookVersioned }) {
  const { t } = useT()
  const can = useCan()
  const choose = useRef<HTMLInputElement>(null)
  const [read, setRead] = useState<Read>()
  const check = useMutation({ mutationFn: (file: File) => api('POST /api/config/file', { body: file }) })
  const take = (file: File | undefined) => {
    if (!file) return
    check.reset()
    setRead({ name: file.name, file })
    check.mutate(file)
  }
  return (
    <div className={css.editor}>
      <Part title={t('admin.file.export')} text={t('admin.file.export_text')}>
        <div>
          <Button variant="default" component="a" href="/api/config/file" download leftSection={<Download size={14} aria-hidden="true" />}>
            {t('admin.file.download', { n: config.version })}
          </Button>
        </div>
      </Part>
      {can('config.write') && (
        <Part title={t('admin.file.import')} text={t('admin.file.import_text')}>
          <div>
            <Button
              variant="default"
              leftSection={<Upload size={14} aria-hidden="true" />}
              loading={check.isPending}
              onClick={() => choose.current?.click()}
            >
              {t('admin.file.choose')}
            </Button>
            <input
              ref={choose}
              className="vh"
              type="file"
              tabIndex={-1}
              accept=".yaml,.yml,.json,application/yaml,application/json"
              aria-label={t('admin.file.choose')}
              onChange={e => {
                take(e.currentTarget.files?.[0])
                e.currentTarget.value = ''
              }}
            />
          </div>
          {check.error && <Refused error={check.error} />}
          {read && check.data && !check.data.document && (
            <Faults title={t('admin.file.unreadable', { name: read.name })} list={check.data.errors} bad />
          )}
          {read && check.data?.document && (
            <Review
              key={read.name}
              name={read.name}
              document={check.data.document}
              base={check.data.base}
              lines={check.data.lines}
              errors={check.data.errors}
              warnings={check.data.warnings}
              done={() => {
                setRead(undefined)
                check.reset()
              }}
            />
          )}
        </Part>
      )}
    </div>
  )
}

function Refused({ error }: { error: unknown }) {
  const { t } = useT()
  const say = useProblemText()
  const p = asProblem(error)
  return (
    <div className={css.notice} data-bad role="alert">
      <div>
        <b>{p.errors.length ? t('problem.invalid') : say(p)}</b>
        <ul>
          {p.errors.map(e => (
            <li key={e.where + e.text}>
              {faultText(t, e.text)} <code>{e.where}</code>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function Faults({ title, list, bad }: { title: string; list: ConfigFault[]; bad?: boolean }) {
  const { t } = useT()
  if (!list.length) return null
  return (
    <div className={css.notice} data-bad={bad || undefined} role={bad ? 'alert' : 'status'}>
      <div>
        <b>{title}</b>
        <ul>
          {list.map(f => (
            <li key={f.where + f.text}>
              {f.line ? <b className="num">{t('admin.file.line', { n: f.line })} </b> : null}
              {faultText(t, f.text)} <code>{f.where}</code>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function Review(p: {
  name: string
  document: ConfigDocument
  base: number
  lines: RulebookLines
  errors: ConfigFault[]
  warnings: ConfigFault[]
  done: () => void
}) {
  const { t } = useT()
  const say = useProblemText()
  const refresh = useRefresh()
  const [note, setNote] = useState(p.name)
  const apply = useMutation({
    mutationFn: () => api('PUT /api/config', { query: { base: p.base, note: note || undefined }, body: p.document }),
    onSuccess: async c => {
      toast(t('admin.file.applied', { n: c.version }))
      p.done()
      await refresh()
    },
    onError: e => toast(say(e), { level: 'bad' }),
  })
  return (
    <>
      <Faults title={t('admin.file.errors', { n: p.errors.length })} list={p.errors} bad />
      <Faults title={t('admin.file.warnings', { n: p.warnings.length })} list={p.warnings} />
      <h4>{p.lines.length ? t('admin.file.changes', { n: p.lines.length, base: p.base }) : t('admin.file.same')}</h4>
      <Differences lines={p.lines} />
      {!p.errors.length && p.lines.length > 0 && (
        <>
          <TextField label={t('admin.file.note')} value={note} set={setNote} max={500} />
          <div className={css.rowbuttons}>
            <Button leftSection={<FileCheck size={14} aria-hidden="true" />} loading={apply.isPending} onClick={() => apply.mutate()}>
              {t('admin.file.apply')}
            </Button>
            <Button variant="default" onClick={p.done}>
              {t('cancel')}
            </Button>
          </div>
        </>
      )}
    </>
  )
}
type RulebookLines = Parameters<typeof Differences>[0]['lines']
