import { useEffect, useRef } from 'react'

/** What somebody asks of a conversation from elsewhere on the screen: the call bar wants the hand-over that the desk has. */
export type Wish = 'transfer' | 'consult'
let pending: { contact: number; wish: Wish } | undefined
const ears = new Set<() => void>()

export function wishFor(contact: number, wish: Wish) {
  pending = { contact, wish }
  for (const e of ears) e()
}

/** Carries out what is wished of a conversation, now or as soon as it is on the screen. */
export function useWish(contact: number, run: (w: Wish) => void) {
  const latest = useRef(run)
  latest.current = run
  useEffect(() => {
    const hear = () => {
      if (pending?.contact !== contact) return
      const { wish } = pending
      pending = undefined
      latest.current(wish)
    }
    hear()
    ears.add(hear)
    return () => void ears.delete(hear)
  }, [contact])
}
