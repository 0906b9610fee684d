import { useQuery } from '@tanstack/react-query'
import type { ConfigPhone, ConfigPhoneWait } from '../../gen/api.gen.ts'
import { useT } from '../../lib/i18n.ts'
import css from '../admin.module.css'
import { DurationField, Part, Row, SelectField, SwitchField, WordsField } from '../fields.tsx'
import { Listen } from './Listen.tsx'
import type { PageProps } from './Page.tsx'
import { musicSound, promptsQuery } from './server.ts'

/** What callers who wait are told and offered, what the agent hears first, and how callers are asked afterwards. */
export function Waiting({ draft }: PageProps) {
  const { t, locale } = useT()
  const p = draft.value
  const w = p.wait
  const put = (change: Partial<ConfigPhoneWait>) => draft.set({ wait: { ...w, ...change } })
  const fault = (name: keyof ConfigPhoneWait) => draft.fault(`wait.${name}`)
  const prompts = useQuery(promptsQuery)
  return (
    <>
      <Part title={t('telephony.on')} text={t('telephony.on_text')}>
        <SwitchField label={t('telephony.on_do')} value={p.on} set={on => draft.set({ on })} fault={draft.fault('on')} />
      </Part>
      <Part title={t('telephony.wait.told')} text={t('telephony.wait.told_text')}>
        <DurationField
          label={t('telephony.wait.every')}
          hint={t('telephony.wait.every_text')}
          value={w.every_s}
          set={s => put({ every_s: s })}
          fault={fault('every_s')}
        />
        <SwitchField label={t('telephony.wait.position')} value={w.position} set={v => put({ position: v })} />
        <SwitchField label={t('telephony.wait.expected')} value={w.expected} set={v => put({ expected: v })} />
        <div className={css.sample} lang={locale}>
          <p>
            {[w.position && t('telephony.wait.sample_place'), w.expected && t('telephony.wait.sample_wait')].filter(Boolean).join(' ') ||
              t('telephony.wait.sample_none')}
          </p>
        </div>
        <div className={css.need}>
          <SelectField
            label={t('telephony.wait.music')}
            none={t('telephony.wait.music_own')}
            value={w.music ?? ''}
            set={v => put({ music: v || undefined })}
            choices={(prompts.data ?? []).map(x => ({ value: x.key, label: x.key }))}
            fault={fault('music')}
          />
          <Listen label={t('telephony.wait.music')} fetch={() => musicSound(w.music)} />
        </div>
      </Part>
      <Part title={t('telephony.wait.callback')} text={t('telephony.wait.callback_text')}>
        <SwitchField label={t('telephony.wait.callback_on')} value={!w.callback_off} set={v => put({ callback_off: !v })} />
        {!w.callback_off && (
          <Row>
            <DurationField
              label={t('telephony.wait.above')}
              hint={t('telephony.wait.above_text')}
              value={w.callback_above_s}
              set={s => put({ callback_above_s: s })}
              fault={fault('callback_above_s')}
            />
            <DurationField
              label={t('telephony.wait.within')}
              hint={t('telephony.wait.within_text')}
              value={w.promise_within_s}
              set={s => put({ promise_within_s: s })}
              fault={fault('promise_within_s')}
            />
          </Row>
        )}
        <DurationField
          label={t('telephony.wait.redial')}
          hint={t('telephony.wait.redial_text')}
          value={w.redial_s}
          set={s => put({ redial_s: s })}
          fault={fault('redial_s')}
        />
      </Part>
      <Part title={t('telephony.whisper')} text={t('telephony.whisper_text')}>
        <SelectField
          label={t('telephony.whisper_when')}
          value={p.whisper.when}
          set={v => draft.set({ whisper: { ...p.whisper, when: v as ConfigPhone['whisper']['when'] } })}
          choices={(['ringing', 'answered', 'off'] as const).map(v => ({ value: v, label: t(`telephony.whisper.${v}`) }))}
          fault={draft.fault('whisper.when')}
        />
        {p.whisper.when !== 'off' && (
          <WordsField
            label={t('telephony.whisper_words')}
            hint={t('admin.canned.variables', { list: '{{brand}}, {{reason}}, {{queue}}, {{wait}}' })}
            value={p.whisper.text ?? {}}
            set={text => draft.set({ whisper: { ...p.whisper, text } })}
            fault={['nb', 'nn', 'sv', 'en'].map(l => draft.fault(`whisper.text.${l}`)).find(Boolean)}
          />
        )}
      </Part>
      <Part title={t('telephony.after')} text={t('telephony.after_text')}>
        <Row>
          <SelectField
            label={t('telephony.after_by')}
            value={p.survey.by}
            set={v => draft.set({ survey: { ...p.survey, by: v as ConfigPhone['survey']['by'] } })}
            choices={(['keys', 'link', 'off'] as const).map(v => ({ value: v, label: t(`telephony.after.${v}`) }))}
            fault={draft.fault('survey.by')}
          />
        </Row>
        {p.survey.by === 'link' && (
          <WordsField
            label={t('telephony.after.words')}
            hint={t('telephony.after.words_text', { brand: '{{brand}}' })}
            value={p.survey.text ?? {}}
            set={text => draft.set({ survey: { ...p.survey, text } })}
            fault={['nb', 'nn', 'sv', 'en'].map(l => draft.fault(`survey.text.${l}`)).find(Boolean)}
          />
        )}
      </Part>
    </>
  )
}
