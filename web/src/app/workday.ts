import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { ContactDesk, ContactOffer } from '../gen/api.gen.ts'
import { api } from '../lib/api.ts'
import { useT } from '../lib/i18n.ts'
import type { LiveEvent } from './deskstate.ts'
import { deskKey, onLive, startLive } from './live.ts'
import { layoutOf, useMe, useNames } from './session.ts'
import { electSpeaker, isSpeaker, messageSound, ringSound } from './sound.ts'

/** The desk's state as the live stream keeps it; the query itself never fetches. */
export const useDesk = () =>
  useQuery<ContactDesk>({ queryKey: deskKey, queryFn: () => api('GET /api/desk'), enabled: false, staleTime: Number.POSITIVE_INFINITY })
    .data

let badge = 0
let title = ''
const showTitle = () => {
  if (title) document.title = badge ? `(${badge}) ${title}` : title
}
/** Names the page; what waits unread is counted before the name. */
export const setTitle = (name: string) => {
  title = name
  showTitle()
}

/** The contacts that are open in front of the agent now. */
const onScreen = (id: number) =>
  document.visibilityState === 'visible' &&
  document.hasFocus() &&
  (new URLSearchParams(location.search).get('c') ?? '').split(',').includes(String(id))

/** Follows the stream while somebody who answers is signed in: rings, tells, and counts what is unread. */
export function useWorkday(on: boolean): number {
  const client = useQueryClient()
  const me = useMe()
  const names = useNames()
  const { t } = useT()
  const desk = useDesk()
  const layout = layoutOf(me.preferences)
  const unread = on ? (desk?.contacts.reduce((n, c) => n + c.unread, 0) ?? 0) + (desk?.offers.length ?? 0) : 0
  const told = useRef({ preferences: me.preferences, layout, names, t })
  told.current = { preferences: me.preferences, layout, names, t }

  useEffect(() => {
    if (!on) return
    electSpeaker()
    return startLive(client)
  }, [on, client])

  useEffect(() => {
    badge = layout.title_badge ? unread : 0
    showTitle()
  }, [unread, layout.title_badge])

  useEffect(() => {
    if (!on) return
    return onLive((e: LiveEvent, before) => {
      if (!isSpeaker()) return
      const { preferences, layout, names, t } = told.current
      const notify = (head: string, text: string, tag: string) => {
        if (preferences.desktop_notifications && !document.hasFocus() && 'Notification' in window && Notification.permission === 'granted')
          popUp(head, text, tag)
      }
      if (e.event === 'offer' && !before?.offers.some(o => o.id === e.data.id)) {
        if (preferences.sounds && layout.offer_sound) ringSound()
        const queue = names.queues.find(q => q.id === e.data.contact.queue_id)?.name ?? ''
        notify(t('notify.offer', { name: e.data.contact.name || t('customer.unknown') }), queue, `offer-${e.data.id}`)
      }
      const mine = e.event === 'message' && e.data.author === 'customer' && before?.contacts.some(c => c.id === e.data.contact_id)
      if (e.event === 'message' && mine && !onScreen(e.data.contact_id)) {
        if (preferences.sounds && layout.message_sound) messageSound()
        notify(e.data.name || t('customer.unknown'), e.data.text.slice(0, 120), `message-${e.data.contact_id}`)
      }
    })
  }, [on])

  useRing(desk?.offers ?? [], me.preferences.sounds && layout.offer_sound)
  return unread
}

function popUp(head: string, text: string, tag: string) {
  const n = new Notification(head, { body: text, tag, icon: '/favicon.svg' })
  n.onclick = () => {
    window.focus()
    n.close()
  }
}

/** Rings again every three seconds as long as an offer waits for an answer. */
function useRing(offers: ContactOffer[], on: boolean) {
  const ringing = offers.length > 0 && on
  useEffect(() => {
    if (!ringing) return
    const timer = setInterval(() => isSpeaker() && ringSound(), 3000)
    return () => clearInterval(timer)
  }, [ringing])
}
