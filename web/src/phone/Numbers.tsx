import { Fragment, type ReactNode } from 'react'
import { useCan } from '../app/session.ts'
import { useT } from '../lib/i18n.ts'
import { openDial } from './dial.ts'
import { findNumbers, readable } from './numbers.ts'

/** A number that can be called with a click, where calling out is allowed; else it is only read. */
export function CallNumber({ number, customer, children }: { number: string; customer?: number; children?: ReactNode }) {
  const { t } = useT()
  const can = useCan()
  const shown = children ?? readable(number)
  if (!can('calls.out')) return <span className="num">{shown}</span>
  return (
    <button
      type="button"
      className="call-number num"
      aria-label={t('call', { number: readable(number) })}
      onClick={() => openDial(number, customer)}
    >
      {shown}
    </button>
  )
}

/** A text whose telephone numbers can be called. */
export function WithNumbers({ text, customer }: { text: string; customer?: number }) {
  const can = useCan()
  const pieces = can('calls.out') ? findNumbers(text) : []
  if (!pieces.some(p => p.number)) return text
  let at = 0
  return pieces.map(p => {
    at += p.text.length
    return p.number ? (
      <CallNumber key={at} number={p.number} customer={customer}>
        {p.text}
      </CallNumber>
    ) : (
      <Fragment key={at}>{p.text}</Fragment>
    )
  })
}
