import { signal } from '@preact/signals'
import { vouchedBy } from './host.ts'
import { brandKey } from './kept.ts'
import { language } from './words.ts'

/** How a call from this page stands. `asking` is before anything has happened: the visitor is told what the microphone is for. */
export type CallState =
  | 'asking'
  | 'connecting'
  | 'menu'
  | 'waiting'
  | 'talking'
  | 'ended'
  | 'denied'
  | 'no_microphone'
  | 'closed'
  | 'broken'
  | 'unproved'
/** Whether the call has the frame, and how it stands. */
export const calling = signal<CallState | undefined>(undefined)
export const callPlace = signal(0)
/** The expected wait as the centre tells it, in minutes: longer than from, at most to. Both 0 is not known, to alone 0 is more than an hour. */
export const callWait = signal({ from: 0, to: 0 })
export const callMuted = signal(false)
export const callSince = signal(0)

/** Whether this browser can call at all. */
export const canCall =
  typeof RTCPeerConnection !== 'undefined' && !!navigator.mediaDevices?.getUserMedia && typeof WebSocket !== 'undefined'

type Told = {
  type: string
  sdp?: string
  ice_servers?: RTCIceServer[]
  state?: string
  place?: number
  wait_from_min?: number
  wait_to_min?: number
  where?: string
}
/** Close codes of the centre that mean that the brand takes no calls here: the kinds of refusal that trying again does not change. */
const closedCodes = [4402, 4404, 4405]
const upWithinMS = 15_000

let socket: WebSocket | undefined
let pc: RTCPeerConnection | undefined
let microphone: MediaStream | undefined
let timer: ReturnType<typeof setTimeout> | undefined
let sent: string | undefined
let refused: string | undefined // the identity that the centre did not believe: the next call goes without it
const out = new Audio()

/** Begins: the microphone first, so that nobody is rung for a visitor who cannot speak. */
export async function dial() {
  calling.value = 'connecting'
  callMuted.value = false
  callPlace.value = 0
  try {
    microphone = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    })
  } catch (e) {
    return end((e as Error).name === 'NotAllowedError' ? 'denied' : 'no_microphone')
  }
  if (calling.value !== 'connecting') return end(calling.value)
  const query = new URLSearchParams({ key: brandKey, language })
  const ws = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/call/line?${query}`)
  socket = ws
  timer = setTimeout(() => calling.value === 'connecting' && end('broken'), upWithinMS)
  ws.onmessage = e => void told(JSON.parse(String(e.data)) as Told).catch(() => end('broken'))
  ws.onclose = e => {
    if (socket === ws) end(closedCodes.includes(e.code) ? 'closed' : callSince.value || e.code === 1000 ? 'ended' : 'broken')
  }
}

async function told(m: Told) {
  if (m.type === 'hello') {
    pc = new RTCPeerConnection({ iceServers: m.ice_servers ?? [] })
    pc.ontrack = e => {
      out.srcObject = e.streams[0] ?? new MediaStream([e.track])
      void out.play().catch(() => undefined)
    }
    pc.onconnectionstatechange = () => pc?.connectionState === 'failed' && end('broken')
    for (const track of microphone?.getTracks() ?? []) pc.addTrack(track)
    await pc.setLocalDescription()
    sent = vouchedBy === refused ? undefined : vouchedBy
    socket?.send(JSON.stringify({ type: 'offer', sdp: pc.localDescription?.sdp, identity: sent }))
  } else if (m.type === 'answer') await pc?.setRemoteDescription({ type: 'answer', sdp: m.sdp ?? '' })
  else if (m.type === 'problem') {
    if (m.where === 'identity') refused = sent
    end(m.where === 'identity' ? 'unproved' : 'broken')
  } else if (m.type === 'state') {
    callPlace.value = m.place ?? 0
    callWait.value = { from: m.wait_from_min ?? 0, to: m.wait_to_min ?? 0 }
    if (m.state === 'ended') return end('ended')
    if (m.state === 'talking' && calling.value !== 'talking') callSince.value = Date.now()
    if (m.state) calling.value = m.state as CallState
  }
}

/** Presses a key for whoever asks: the menu, a customer number. */
export const press = (keys: string) => socket?.send(JSON.stringify({ type: 'keys', keys }))

/** Mutes at the source: nothing but silence leaves the computer. */
export function mute(on: boolean) {
  callMuted.value = on
  for (const track of microphone?.getTracks() ?? []) track.enabled = !on
}

/** Hangs up, and says how it ended. */
export function end(state: CallState = 'ended') {
  clearTimeout(timer)
  const ws = socket
  socket = undefined
  ws?.close()
  pc?.close()
  pc = undefined
  for (const track of microphone?.getTracks() ?? []) track.stop()
  microphone = undefined
  out.srcObject = null
  calling.value = state
  callSince.value = 0
}
/** Leaves the call's page for the chat. */
export const leave = () => {
  if (socket) end()
  calling.value = undefined
}
addEventListener('pagehide', () => socket && end())
