import { useEffect, useRef, useState } from 'react'
import { useT } from '../lib/i18n.ts'
import css from './phone.module.css'

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']
const letters: Record<string, string> = {
  2: 'ABC',
  3: 'DEF',
  4: 'GHI',
  5: 'JKL',
  6: 'MNO',
  7: 'PQRS',
  8: 'TUV',
  9: 'WXYZ',
  0: '+',
}

/** The keys of a telephone, by pointer or keyboard; what was pressed stays to be read. */
export function Keypad({ press, quiet }: { press: (key: string) => void; quiet?: boolean }) {
  const { t } = useT()
  const [pressed, setPressed] = useState('')
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!quiet) first.current?.focus()
  }, [quiet])
  const go = (k: string) => {
    setPressed(p => (p + k).slice(-16))
    press(k)
  }
  return (
    <div
      className={css.keypad}
      role="group"
      aria-label={t('phone.keypad')}
      onKeyDown={e => {
        if (quiet || !keys.includes(e.key) || e.ctrlKey || e.metaKey) return
        e.preventDefault()
        e.stopPropagation()
        go(e.key)
      }}
    >
      {!quiet && (
        <output className={`${css.pressed} num`} aria-label={t('phone.pressed')}>
          {pressed || ' '}
        </output>
      )}
      {keys.map(k => (
        <button key={k} ref={k === '1' ? first : undefined} type="button" onClick={() => go(k)}>
          <b>{k}</b>
          <span aria-hidden="true">{letters[k] ?? ' '}</span>
        </button>
      ))}
    </div>
  )
}
