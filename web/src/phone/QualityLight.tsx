import { Popover } from '@mantine/core'
import { useState } from 'react'
import { percent } from '../lib/format.ts'
import { useT } from '../lib/i18n.ts'
import { type Level, Status } from '../ui/Status.tsx'
import css from './phone.module.css'
import { usePhone } from './phone.ts'
import { type Light, worse } from './quality.ts'
import type { Call } from './types.ts'

const levels: Record<Light, Level> = { unknown: 'none', good: 'ok', fair: 'warn', bad: 'bad' }

/** How the sound fares on its way, both halves of it; the figures are behind the word. */
export function QualityLight({ call }: { call: Call }) {
  const { t, locale } = useT()
  const { light, quality } = usePhone()
  const [open, setOpen] = useState(false)
  const shown = worse(light, call.quality)
  if (shown === 'unknown') return null
  return (
    <Popover position="bottom-end" width={260} opened={open} onChange={setOpen}>
      <Popover.Target>
        <button
          type="button"
          className={css.light}
          aria-label={t('phone.quality_is', { quality: t(`phone.quality.${shown}`) })}
          onClick={() => setOpen(!open)}
          onKeyDown={e => {
            if (e.key !== 'Escape' || !open) return
            e.preventDefault()
            setOpen(false)
          }}
        >
          <Status level={levels[shown]}>{t(`phone.quality.${shown}`)}</Status>
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={css.small}>{t(`phone.quality_text.${shown}`)}</p>
        <dl className={css.figures}>
          <div>
            <dt>{t('phone.loss')}</dt>
            <dd className="num">{quality ? percent(locale, quality.loss) : '–'}</dd>
          </div>
          <div>
            <dt>{t('phone.delay')}</dt>
            <dd className="num">{quality ? t('phone.ms', { ms: quality.rtt_ms }) : '–'}</dd>
          </div>
          <div>
            <dt>{t('phone.jitter')}</dt>
            <dd className="num">{quality ? t('phone.ms', { ms: quality.jitter_ms }) : '–'}</dd>
          </div>
          <div>
            <dt>{t('phone.other_end')}</dt>
            <dd>{t(`phone.quality.${call.quality}`)}</dd>
          </div>
        </dl>
      </Popover.Dropdown>
    </Popover>
  )
}
