import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Check, CornerDownRight, X } from 'lucide-react'
import { lazy, Suspense } from 'react'
import type { ContactDesk, ContactOffer } from '../gen/api.gen.ts'
import { api, asProblem } from '../lib/api.ts'
import { timeOrDate } from '../lib/dates.ts'
import { useT } from '../lib/i18n.ts'
import { useNow } from '../lib/now.ts'
import { ChannelIcon } from '../ui/channels.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { useProblemText } from '../ui/States.tsx'
import { RingTimer, Since } from '../ui/Timer.tsx'
import { contactKey, deskKey } from './live.ts'
import { useNames } from './session.ts'
import { useShortcut } from './shortcuts.ts'
import { toast } from './toasts.tsx'
import { whySentences } from './why.ts'
import { withWords } from './words.ts'
import { useDesk } from './workday.ts'

const OfferCall = lazy(() => withWords('phone', import('../phone/OfferCall.tsx')))

/** How long an offer stays on the screen after its time, for the server to say how it ended. */
const graceMS = 3000

/** The offers that ring now, oldest first. */
export function useOffers(): ContactOffer[] {
  const now = useNow()
  return (useDesk()?.offers ?? []).filter(o => o.until_ms + graceMS > now)
}

// The keys are the offer's own, so that two tabs and a repeated press are one answer.
const acceptOffer = ({ id }: ContactOffer) => api('POST /api/offers/{id}/accept', { path: { id }, key: `accept-${id}` })
const declineOffer = ({ id }: ContactOffer) => api('POST /api/offers/{id}/decline', { path: { id }, key: `decline-${id}` })

/** Accepts and declines; an offer that was over already is said so, and goes. */
export function useAnswer() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { t } = useT()
  const say = useProblemText()
  const drop = (id: number) => client.setQueryData<ContactDesk>(deskKey, d => (d ? { ...d, offers: d.offers.filter(o => o.id !== id) } : d))
  const failed = (e: unknown, o: ContactOffer) => {
    const over = asProblem(e).kind === 'conflict' || asProblem(e).kind === 'missing'
    if (over) drop(o.id)
    toast(over ? t('offer.over') : say(e), { level: 'bad' })
  }
  const accept = useMutation({
    mutationFn: acceptOffer,
    onSuccess: (detail, o) => {
      client.setQueryData(contactKey(detail.contact.id), detail)
      drop(o.id)
      void navigate({
        to: '/desk',
        search: (old: Record<string, unknown>) => ({ ...old, c: String(detail.contact.id), customer: undefined }),
      } as never)
    },
    onError: failed,
  })
  const decline = useMutation({
    mutationFn: declineOffer,
    onSuccess: (_r, o) => drop(o.id),
    onError: failed,
  })
  return { accept, decline }
}

/** Offers wherever one is: the shell shows them over every face but the desk, which has its own place for them. */
export function Ringing({ docked }: { docked: boolean }) {
  const offers = useOffers()
  const { accept, decline } = useAnswer()
  const first = offers[0]
  const busy = accept.isPending || decline.isPending
  const on = !!first && !busy
  const yes = () => first && accept.mutate(first)
  const no = () => first && decline.mutate(first)
  useShortcut({ keys: 'F8', label: 'offer.accept', group: 'keys.group_everywhere', run: yes }, on)
  useShortcut({ keys: 'F9', label: 'offer.decline', group: 'keys.group_everywhere', run: no }, on)
  useShortcut({ keys: 'a', label: 'offer.accept', group: 'keys.group_desk', run: yes }, on)
  useShortcut({ keys: 'x', label: 'offer.decline', group: 'keys.group_desk', run: no }, on)
  return (
    <div className="ringing" data-docked={docked || undefined}>
      <OfferList offers={offers} />
    </div>
  )
}

export function OfferList({ offers }: { offers: ContactOffer[] }) {
  const { t } = useT()
  return (
    <section className="offers" aria-label={t('offer.list')} aria-live="assertive">
      {offers.map((o, i) => (
        <OfferCard key={o.id} offer={o} first={i === 0} />
      ))}
    </section>
  )
}

/** One offer: who, how long they have waited, what they wrote, what was said on the way, and why it came here. */
function OfferCard({ offer: o, first }: { offer: ContactOffer; first: boolean }) {
  const { t, locale } = useT()
  const names = useNames()
  const { accept, decline } = useAnswer()
  const c = o.contact
  const queue = names.queues.find(q => q.id === c.queue_id)?.name
  const brand = names.brands.find(b => b.id === c.brand_id)?.name
  const last = o.history[0]
  const reason = last && names.reasons.find(r => r.id === last.reason_id)
  const busy = accept.isPending || decline.isPending
  const name = c.name || t('customer.unknown')
  return (
    <article
      className="offer"
      aria-label={t(o.consult ? 'offer.consult_from' : 'offer.from', { name })}
      data-consult={o.consult || undefined}
    >
      <header>
        <RingTimer fromMS={o.at_ms} untilMS={o.until_ms} label={t('offer.time_left')} />
        <div>
          <h2>
            <ChannelIcon channel={c.channel} /> {name}
          </h2>
          <p className="sub">
            {[queue, brand].filter(Boolean).join(' · ')} · {t('offer.waited')} <Since ms={c.arrived_at_ms} />
          </p>
        </div>
      </header>
      {(c.channel === 'phone' || c.channel === 'callback') && (
        // The line has its height from the beginning: the buttons below must not move away from under a click.
        <Suspense fallback={<p className="offer-text num">&nbsp;</p>}>
          <OfferCall contact={c.id} />
        </Suspense>
      )}
      {c.preview && <p className="offer-text">{c.preview}</p>}
      {o.from && (
        <p className="offer-words">
          <CornerDownRight size={14} aria-hidden="true" />
          <span>
            <b>{t(o.consult ? 'offer.asks' : 'offer.handed', { name: o.from })}</b> {o.words}
          </span>
        </p>
      )}
      {last && (
        <p className="sub">
          {t('offer.last_time', { date: timeOrDate(locale, last.at_ms) })}{' '}
          {reason ? (reason.name[locale] ?? reason.name.nb ?? '') : t(`channel.${last.channel}`)}
          {last.outcome && ` · ${t(`outcome.${last.outcome}`)}`}
        </p>
      )}
      <p className="sub">{whySentences(t, o.why)[0]}</p>
      <div className="offer-do">
        <Button
          className="offer-yes"
          size="sm"
          loading={accept.isPending}
          disabled={busy}
          leftSection={<Check size={16} aria-hidden="true" />}
          onClick={() => accept.mutate(o)}
        >
          {t('offer.accept')} {first && <Kbd keys="F8" />}
        </Button>
        <Button
          size="sm"
          variant="default"
          loading={decline.isPending}
          disabled={busy}
          leftSection={<X size={16} aria-hidden="true" />}
          onClick={() => decline.mutate(o)}
        >
          {t('offer.decline')} {first && <Kbd keys="F9" />}
        </Button>
      </div>
    </article>
  )
}
