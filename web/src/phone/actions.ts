import { useState } from 'react'
import { toast } from '../app/toasts.tsx'
import { api } from '../lib/api.ts'
import { useProblemText } from '../ui/States.tsx'
import { mute } from './phone.ts'
import type { Call, LiveCall } from './types.ts'

type Path = { path: { contact_id: number }; body: unknown }
/** The phone's operations, typed here until the generated client has them. */
const post = api as unknown as (route: string, input: Path | { body: unknown }) => Promise<unknown>
const get = api as unknown as <T>(route: string) => Promise<T>

type Of = Pick<Call, 'contact_id'>
const to = (call: Of, what: string, body: unknown) =>
  post(`POST /api/phone/calls/{contact_id}/${what}`, { path: { contact_id: call.contact_id }, body })

export const liveCalls = () => get<LiveCall[]>('GET /api/phone/calls')
export const placeCall = (number: string, customer?: number, line?: string) =>
  post('POST /api/phone/calls', { body: { number, customer_id: customer, line } }) as Promise<Call>
export const hold = (c: Call, on: boolean) => to(c, 'hold', { on })
export const press = (c: Call, keys: string) => to(c, 'digits', { digits: keys })
export const outside = (c: Of, doing: 'dial' | 'transfer' | 'complete' | 'drop', number?: string) => to(c, 'outside', { do: doing, number })
export const conference = (c: Call, on: boolean) => to(c, 'conference', { on })
export const record = (c: Call, doing: 'pause' | 'resume' | 'delete') => to(c, 'recording', { do: doing })
export const listenIn = (c: Call, mode: 'listen' | 'whisper' | 'barge' | 'stop') => to(c, 'listen', { mode })
export const endCall = (c: Call) => api('POST /api/contacts/{id}/end', { path: { id: c.contact_id } })
export const endConsult = (c: Call) => api('POST /api/contacts/{id}/consult/end', { path: { id: c.contact_id } })
export const completeTo = (c: Call, agent: number, words: string) =>
  api('POST /api/contacts/{id}/transfer', { path: { id: c.contact_id }, body: { to: 'person', agent_id: agent, words } })

/** Mutes here at once, and tells the centre, so that the others see it. */
export const setMute = (c: Call, on: boolean) => {
  mute(on)
  return to(c, 'mute', { on })
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
