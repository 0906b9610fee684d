import { signal } from '@preact/signals'
import { site } from './kept.ts'

/** How the launcher looks and what it is called; `keep` asks it to load the chat with the next page too. */
type Look = { bg: string; on: string; open: string; close: string; keep: boolean }

/** What the page around the chat has said. Its word is taken only from the window around us and the site in our address, which the centre's
 * frame-ancestors confines to the brand's own sites; an identity is believed by the centre alone, by its signature. */
type Told = { sentral: 1; open: boolean; identity?: string | null; page: string }

/** Whether the chat is a page of its own, or a picture of itself in the administration: no site has its launcher around it. */
export const alone = parent === window || !site

/** Whether the visitor has the chat open, and the page they write from. */
export const shown = signal(alone)
export const hostPage = signal(alone ? location.origin + location.pathname : '')

/** Says something to the page around us, and to nobody else. */
export const tellHost = (m: { close?: true; look?: Look; unread?: string }) => {
  if (!alone && site) parent.postMessage(m, site)
}

/** The signed identity that the page gave last; none when its user has signed out. */
export let vouchedBy: string | undefined

/** Listens to the page around us. `identify` gets a signed identity, or null when its user has signed out. */
export function listen(identify: (jwt: string | null) => void) {
  let last: string | null | undefined
  addEventListener('message', e => {
    const m = e.data as Told
    if (alone || e.source !== parent || e.origin !== site || m?.sentral !== 1) return
    shown.value = m.open === true
    hostPage.value = String(m.page).slice(0, 500)
    if (m.identity !== undefined && m.identity !== last) {
      last = m.identity
      vouchedBy = typeof last === 'string' ? last : undefined
      identify(vouchedBy ?? null)
    }
  })
  tellHost({})
}
