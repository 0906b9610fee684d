import { useNavigate } from '@tanstack/react-router'
import { Suspense, useEffect, useRef } from 'react'
import { useAnswer, useOffers } from '../app/Ringing.tsx'
import { useCan } from '../app/session.ts'
import { useShortcut } from '../app/shortcuts.ts'
import { setRinger } from '../app/sound.ts'
import { later } from '../lib/later.ts'
import { CallBar } from './CallBar.tsx'
import { openDial, openDialog, useDialog } from './dial.ts'
import { currentCall, isLive, onDesk, phoneNow, startPhone, usePhone } from './phone.ts'
import { beep, ring } from './ring.ts'
import { Trouble } from './Trouble.tsx'

const DialPad = later(() => import('./DialPad.tsx'))
const Devices = later(() => import('./Devices.tsx'))
const LiveCalls = later(() => import('./LiveCalls.tsx'))

/** A breath between the note and the answer, so that the agent is ready when the customer is. */
const autoAnswerMS = 1200
/** The breath after the words about the customer, and how long they may take. */
const afterWordsMS = 300
const wordsMostMS = 9000

/**
 * Answers by itself, when the agent wants it so: a note in the ear, the words about the customer if there are any, then the customer. Nobody else lifts a desk
 * phone.
 */
function useAutoAnswer() {
  const phone = usePhone()
  const { standing, choice, calls } = phone
  const offers = useOffers()
  const { accept } = useAnswer()
  const offer = offers.find(o => (o.contact.channel === 'phone' || o.contact.channel === 'callback') && !o.consult)
  const latest = useRef({ offer, accept })
  latest.current = { offer, accept }
  const id = choice.auto_answer && standing === 'ready' && !onDesk(phone) ? offer?.id : undefined
  const words = calls.find(c => c.contact_id === offer?.contact.id)?.whisper
  const rest = words === 'coming' || words === 'speaking' ? wordsMostMS : words === 'said' ? afterWordsMS : autoAnswerMS
  useEffect(() => {
    if (id !== undefined) beep()
  }, [id])
  useEffect(() => {
    if (id === undefined) return
    const timer = setTimeout(() => {
      const { offer, accept } = latest.current
      if (offer?.id === id) accept.mutate(offer)
    }, rest)
    return () => clearTimeout(timer)
  }, [id, rest])
}

/** A desk phone that is lifted shows whom it is spoken with, as an answer on the screen does. */
function useLifted() {
  const phone = usePhone()
  const navigate = useNavigate()
  const rang = useRef(0)
  const own = phone.calls.filter(c => c.role === 'agent')
  const ringing = own.find(c => c.state === 'ringing')?.contact_id
  const call = currentCall(own)
  const lifted = onDesk(phone) && call && isLive(call) ? call.contact_id : undefined
  useEffect(() => {
    if (ringing) rang.current = ringing
    if (!lifted || rang.current !== lifted) return
    rang.current = 0
    const open = new URLSearchParams(location.search).get('c')?.split(',') ?? []
    if (location.pathname.startsWith('/desk') && open.includes(String(lifted))) return
    void navigate({ to: '/desk', search: { c: String(lifted) } } as never)
  }, [ringing, lifted, navigate])
}

/** The phone of the whole app: the line, the bar of the call, what stands in its way, and its dialogs. It lives above the faces. */
export default function Phone() {
  const can = useCan()
  const dialog = useDialog()
  const group = 'keys.group_everywhere' as const
  useEffect(() => {
    const stop = startPhone()
    setRinger(() => ring(phoneNow().calls.some(c => c.whisper === 'speaking')))
    return () => {
      setRinger(undefined)
      stop()
    }
  }, [])
  useAutoAnswer()
  useLifted()
  useShortcut({ keys: '', label: 'phone.call_out', group, run: () => openDial() }, can('calls.out'))
  useShortcut({ keys: '', label: 'phone.devices', group, run: () => openDialog({ kind: 'devices' }) })
  useShortcut({ keys: '', label: 'phone.live', group, run: () => openDialog({ kind: 'live' }) }, can('contacts.listen'))
  const close = () => openDialog(undefined)
  return (
    <>
      <Trouble />
      <CallBar />
      <Suspense>
        {dialog?.kind === 'dial' && <DialPad key={dialog.number} number={dialog.number} customer={dialog.customer} close={close} />}
        {dialog?.kind === 'devices' && <Devices close={close} />}
        {dialog?.kind === 'live' && <LiveCalls close={close} />}
      </Suspense>
    </>
  )
}
