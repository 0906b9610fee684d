import { Button } from '@mantine/core'
import { Plus } from 'lucide-react'
import type { ConfigPurpose, ConfigRecording } from '../../gen/api.gen.ts'
import { pick, useT } from '../../lib/i18n.ts'
import css from '../admin.module.css'
import { keyFrom, replaced, without } from '../draft.ts'
import { DurationField, NumberField, Part, RemoveButton, Row, SelectField, SwitchField, WordsField } from '../fields.tsx'
import type { PageProps } from './Page.tsx'

/** What conversations are recorded for, on what basis, and for how long that is kept. */
export function Recording({ draft, document, readOnly }: PageProps) {
  const { t, locale } = useT()
  const r = draft.value.recording
  const put = (change: Partial<ConfigRecording>) => draft.set({ recording: { ...r, ...change } })
  const fault = (path: string) => draft.fault(`recording.${path}`)
  const used = (key: string) => document.phone.scripts.filter(s => s.steps.some(x => x.purpose === key)).map(s => s.name)
  return (
    <>
      <Part title={t('telephony.recording.purposes')} text={t('telephony.recording.purposes_text')}>
        <ol className={css.steps}>
          {r.purposes.map((p, i) => {
            const name = pick(p.name, locale) || p.key || t('telephony.recording.purpose_n', { n: i + 1 })
            const set = (change: Partial<ConfigPurpose>) => put({ purposes: replaced(r.purposes, i, change) })
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a purpose's key is made while its name is written
              <li key={i} className={css.step} aria-label={name}>
                <header>
                  <b>{name}</b>
                  <span className="sub">{p.id ? used(p.key).join(', ') || t('telephony.recording.unused') : ''}</span>
                  <span className="grow" />
                  {!readOnly && <RemoveButton name={name} onClick={() => put({ purposes: without(r.purposes, i) })} />}
                </header>
                <WordsField
                  label={t('admin.name')}
                  value={p.name}
                  set={words =>
                    set(
                      p.id
                        ? { name: words }
                        : {
                            name: words,
                            key: keyFrom(
                              pick(words, 'nb'),
                              r.purposes.filter((_, j) => j !== i).map(x => x.key),
                            ),
                          },
                    )
                  }
                  fault={fault(`purposes[${i}].name`) ?? fault(`purposes[${i}].key`)}
                />
                <Row>
                  <SelectField
                    label={t('telephony.recording.basis')}
                    hint={t(`telephony.basis.${p.basis}_text`)}
                    value={p.basis}
                    set={v => set({ basis: v as ConfigPurpose['basis'] })}
                    choices={(['consent', 'notice', 'none'] as const).map(v => ({ value: v, label: t(`telephony.basis.${v}`) }))}
                    fault={fault(`purposes[${i}].basis`)}
                  />
                  <NumberField
                    label={t('telephony.recording.kept')}
                    unit={t('admin.unit.d')}
                    value={p.retention_days}
                    set={n => set({ retention_days: n })}
                    min={1}
                    max={3650}
                    fault={fault(`purposes[${i}].retention_days`)}
                  />
                </Row>
              </li>
            )
          })}
        </ol>
        {!readOnly && (
          <Button
            variant="default"
            leftSection={<Plus size={14} aria-hidden="true" />}
            onClick={() => put({ purposes: [...r.purposes, { id: 0, key: '', name: {}, basis: 'consent', retention_days: 90 }] })}
          >
            {t('telephony.recording.add')}
          </Button>
        )}
      </Part>
      <Part title={t('telephony.recording.care')} text={t('telephony.recording.care_text')}>
        <DurationField
          label={t('telephony.recording.card')}
          hint={t('telephony.recording.card_text')}
          value={r.card_pause_max_s}
          set={s => put({ card_pause_max_s: s })}
          fault={fault('card_pause_max_s')}
        />
        <SwitchField
          label={t('telephony.recording.delete')}
          hint={t('telephony.recording.delete_text')}
          value={r.delete_in_wrap_up}
          set={v => put({ delete_in_wrap_up: v })}
        />
      </Part>
    </>
  )
}
