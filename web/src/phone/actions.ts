import { useState } from 'react'
import { toast } from '../app/toasts.tsx'
import { api } from '../lib/api.ts'
import { useProblemText } from '../ui/States.tsx'
import { mute } from './phone.ts'
import type { Call } from './types.ts'

type Of = Pick<Call, 'contact_id'>
const path = ({ contact_id }: Of) => ({ contact_id })

export const liveCalls = () => api('GET /api/phone/calls')
export const deskPhone = () => api('GET /api/phone/desk')
export const chooseLine = (line: 'browser' | 'desk') => api('PUT /api/phone/desk', { body: { line } })
export const placeCall = (number: string, customer_id?: number) => api('POST /api/phone/calls', { body: { number, customer_id } })
export const hold = (c: Of, on: boolean) => api('POST /api/phone/calls/{contact_id}/hold', { path: path(c), body: { on } })
export const press = (c: Of, keys: string) => api('POST /api/phone/calls/{contact_id}/digits', { path: path(c), body: { keys } })
export const outside = (c: Of, doing: 'dial' | 'transfer' | 'complete' | 'drop', number?: string) =>
  api('POST /api/phone/calls/{contact_id}/outside', { path: path(c), body: { do: doing, number } })
export const conference = (c: Of, on: boolean) => api('POST /api/phone/calls/{contact_id}/conference', { path: path(c), body: { on } })
export const record = (c: Of, doing: 'pause' | 'resume' | 'delete') =>
  api('POST /api/phone/calls/{contact_id}/recording', { path: path(c), body: { do: doing } })
export const listenIn = (c: Of, mode: 'listen' | 'whisper' | 'barge' | 'off') =>
  api('POST /api/phone/calls/{contact_id}/listen', { path: path(c), body: { mode } })
export const hangUp = (c: Of) => api('POST /api/phone/calls/{contact_id}/hangup', { path: path(c) })
export const endConsult = (c: Of) => api('POST /api/contacts/{id}/consult/end', { path: { id: c.contact_id } })
export const completeTo = (c: Of, agent: number, words: string) =>
  api('POST /api/contacts/{id}/transfer', { path: { id: c.contact_id }, body: { to: 'person', agent_id: agent, words } })

/** Mutes here at once, and tells the centre, so that the others see it. */
export const setMute = (c: Call, on: boolean) => {
  mute(on)
  return api('POST /api/phone/calls/{contact_id}/mute', { path: path(c), body: { on } })
}

/** Runs one action at a time and says what went wrong. */
export function useAct() {
  const say = useProblemText()
  const [busy, setBusy] = useState('')
  const act = async (name: string, run: () => Promise<unknown>) => {
    if (busy) return false
    setBusy(name)
    try {
      await run()
      return true
    } catch (e) {
      toast(say(e), { level: 'bad' })
      return false
    } finally {
      setBusy('')
    }
  }
  return { busy, act }
}
