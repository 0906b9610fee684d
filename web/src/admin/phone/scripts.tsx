import { useQuery } from '@tanstack/react-query'
import { ListTree } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { ConfigScript } from '../../gen/api.gen.ts'
import { type Locale, useT } from '../../lib/i18n.ts'
import { whereIn } from '../faults.ts'
import { DurationField, NumberField, Part, Row, SelectField } from '../fields.tsx'
import type { FormProps } from '../section.ts'
import { NameField } from '../small.tsx'
import { namedChoices, nameOf } from '../words.ts'
import { Paths } from './paths.tsx'
import type { PhoneSection } from './section.ts'
import { previewQuery } from './server.ts'
import { type Remark, Steps } from './step.tsx'
import { newStep, spokenIn } from './steps.ts'

export const scripts: PhoneSection<'scripts'> = {
  name: 'scripts',
  icon: ListTree,
  heading: 'admin.s.phone-scripts',
  text: 'telephony.scripts.text',
  one: 'telephony.scripts.new',
  title: s => s.name,
  make: ({ document: d }) => ({
    id: 0,
    key: '',
    name: '',
    repeat: 1,
    wait_s: 5,
    steps: [newStep('say', [], d), newStep('notice', [], d), newStep('queue', [], d)],
  }),
  columns: [
    { head: 'telephony.scripts.steps', cell: s => s.steps.length },
    {
      head: 'telephony.scripts.lines',
      cell: (s, a) =>
        a.document.phone.lines
          .filter(l => l.script === s.key)
          .map(l => l.name)
          .join(', ') || a.t('telephony.scripts.unused'),
    },
    {
      head: 'telephony.scripts.person',
      wide: true,
      cell: (s, a) => (s.person ? nameOf(a.document.queues, s.person) : a.t('telephony.step.own_queue')),
    },
  ],
  Form: ScriptForm,
}

/** A value that has been left alone for a while. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}

function ScriptForm({ draft, document, readOnly }: FormProps<ConfigScript>) {
  const { t, locale } = useT()
  const { value: s, set, fault } = draft
  const languages = spokenIn(s, document)
  const [language, setLanguage] = useState<Locale>(languages.find(l => l === locale) ?? languages[0] ?? 'nb')
  const line = document.phone.lines.find(l => l.script === s.key)?.key
  const settled = useSettled(s, 500)
  const preview = useQuery(previewQuery(settled, language, line))
  const remarks = useMemo(() => {
    const out = new Map<number, Remark[]>()
    for (const f of preview.data?.faults ?? []) {
      const i = Number(/^steps\[(\d+)\]/.exec(f.where)?.[1] ?? -1)
      out.set(i, [...(out.get(i) ?? []), { path: whereIn(f.where, `steps[${i}]`) ?? f.where, text: f.text, soft: f.warning }])
    }
    return out
  }, [preview.data])
  return (
    <>
      <Part title={t('telephony.scripts.what')} text={t('telephony.scripts.text')}>
        <NameField draft={draft} taken={document.phone.scripts} />
        <Row>
          <SelectField
            label={t('telephony.scripts.person')}
            hint={t('telephony.scripts.person_text')}
            none={t('telephony.step.own_queue')}
            value={s.person ?? ''}
            set={v => set({ person: v || undefined })}
            choices={namedChoices(document.queues.filter(q => q.channels.includes('phone') || q.key === s.person))}
            fault={fault('person')}
          />
          <NumberField
            label={t('telephony.scripts.repeat')}
            hint={t('telephony.scripts.repeat_text')}
            value={s.repeat}
            set={n => set({ repeat: n })}
            min={0}
            max={3}
            fault={fault('repeat')}
          />
          <DurationField
            label={t('telephony.scripts.wait')}
            hint={t('telephony.scripts.wait_text')}
            value={s.wait_s}
            set={n => set({ wait_s: n })}
            fault={fault('wait_s')}
          />
        </Row>
      </Part>
      <Part title={t('telephony.scripts.course')} text={t('telephony.scripts.course_text')}>
        <Steps draft={draft} document={document} readOnly={readOnly} languages={languages} remarks={remarks} />
      </Part>
      <Paths
        paths={preview.data?.paths}
        document={document}
        language={language}
        setLanguage={setLanguage}
        late={preview.isFetching || settled !== s}
      />
    </>
  )
}
