import { choice, openMicrophone } from './devices.ts'
import type { Sound, SoundEars, World } from './line.ts'
import { between, type Counters, type Quality, readCounters } from './quality.ts'
import type { Said, Told } from './types.ts'

/** The line's World in a real browser: socket, connection, microphone, loudspeaker, and the lock that keeps it in one tab. */

const lockName = 'sentral-phone'
/** How long the microphone stays open after a call: opening it takes a third of a second, and the next call may come at once. */
const micRestMS = 20_000
/** Close codes of the centre: the session has ended, this person may not have a line, there is no phone here. */
const refusedCodes = [4401, 4402, 4403, 4404]

const out = typeof Audio === 'undefined' ? undefined : new Audio()

type Mic = { stream?: Promise<MediaStream>; rest?: ReturnType<typeof setTimeout>; users: number; muted: boolean; live?: MediaStream }
const mic: Mic = { users: 0, muted: false }

/** Whether the browser lets sound out: until it does, the next touch of the page tries again. */
let blockedOut = false
const outWatchers = new Set<(blocked: boolean) => void>()
export const whenOutBlocked = (fn: (blocked: boolean) => void) => {
  outWatchers.add(fn)
  return () => void outWatchers.delete(fn)
}
function tellOut(blocked: boolean) {
  if (blocked === blockedOut) return
  blockedOut = blocked
  for (const w of outWatchers) w(blocked)
}
async function play() {
  if (!out?.srcObject) return
  try {
    await out.play()
    tellOut(false)
  } catch (e) {
    if (e instanceof DOMException && e.name === 'NotAllowedError') tellOut(true)
  }
}
if (typeof addEventListener === 'function')
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => blockedOut && void play(), { passive: true })

/** Sends what is heard to the chosen loudspeaker; one that is gone is forgotten. */
export async function routeSpeaker() {
  if (!out || !('setSinkId' in out)) return
  await out.setSinkId(choice().speaker).catch(() => out.setSinkId('').catch(() => undefined))
}

/** The microphone's stream while a call, or a test, needs it. */
export async function takeMicrophone(): Promise<MediaStream> {
  mic.users++
  clearTimeout(mic.rest)
  mic.stream ??= openMicrophone().then(s => {
    mic.live = s
    setMuted(mic.muted)
    return s
  })
  try {
    return await mic.stream
  } catch (e) {
    mic.stream = undefined
    mic.users--
    throw e
  }
}
export function leaveMicrophone() {
  mic.users = Math.max(0, mic.users - 1)
  clearTimeout(mic.rest)
  if (!mic.users) mic.rest = setTimeout(shutMicrophone, micRestMS)
}
function shutMicrophone() {
  if (mic.users) return
  for (const track of mic.live?.getTracks() ?? []) track.stop()
  mic.stream = mic.live = undefined
}
/** Mutes at the source: nothing but silence leaves the computer. */
export function setMuted(on: boolean) {
  mic.muted = on
  for (const track of mic.live?.getAudioTracks() ?? []) track.enabled = !on
}

type Connection = { pc: RTCPeerConnection; sender: RTCRtpSender; speaking: boolean }
const connections = new Set<Connection>()

/** Another microphone was chosen: whoever speaks goes on with it. */
export async function changeMicrophone() {
  if (!mic.stream) return
  const old = mic.live
  mic.stream = openMicrophone().then(s => {
    mic.live = s
    setMuted(mic.muted)
    return s
  })
  const stream = await mic.stream
  for (const c of connections) if (c.speaking) await c.sender.replaceTrack(stream.getAudioTracks()[0] ?? null)
  for (const track of old?.getTracks() ?? []) track.stop()
}

/** Puts G.711 first, so that the description is short and nobody transcodes. */
function preferG711(t: RTCRtpTransceiver) {
  const all = RTCRtpReceiver.getCapabilities?.('audio')?.codecs ?? []
  const ours = all.filter(c => /pcm[ua]$/i.test(c.mimeType) || (/telephone-event$/i.test(c.mimeType) && c.clockRate === 8000))
  if (ours.length) t.setCodecPreferences?.(ours.sort((a, b) => b.mimeType.localeCompare(a.mimeType)))
}

function sound(ice: RTCIceServer[], ears: SoundEars): Sound {
  const pc = new RTCPeerConnection({ iceServers: ice, bundlePolicy: 'max-bundle' })
  const transceiver = pc.addTransceiver('audio', { direction: 'sendrecv' })
  preferG711(transceiver)
  const c: Connection = { pc, sender: transceiver.sender, speaking: false }
  connections.add(c)
  let closed = false
  pc.ontrack = e => {
    const stream = e.streams[0] ?? new MediaStream([e.track])
    pc.addEventListener('connectionstatechange', () => {
      if (pc.connectionState !== 'connected' || closed || !out) return
      out.srcObject = stream
      void play()
    })
  }
  pc.addEventListener('connectionstatechange', () => {
    if (closed) return
    if (pc.connectionState === 'connected') ears.up()
    else if (pc.connectionState === 'failed' || pc.connectionState === 'disconnected') ears.down()
  })
  const speak = async (on: boolean) => {
    if (c.speaking === on) return
    c.speaking = on
    if (!on) {
      leaveMicrophone()
      await c.sender.replaceTrack(null).catch(() => undefined)
      return
    }
    try {
      const stream = await takeMicrophone()
      if (c.speaking && !closed) await c.sender.replaceTrack(stream.getAudioTracks()[0] ?? null)
    } catch {
      c.speaking = false
    }
  }
  return {
    offer: async () => {
      await pc.setLocalDescription()
      // Without candidates: the centre is where everybody reaches it, and learns where we are from our first check.
      return pc.localDescription?.sdp ?? ''
    },
    answer: sdp => pc.setRemoteDescription({ type: 'answer', sdp }),
    speak: on => void speak(on),
    close: () => {
      closed = true
      void speak(false)
      connections.delete(c)
      pc.close()
    },
  }
}

/** Reads the quality of the connection in use; undefined while there is none. `stalled` says that nothing has come since the last reading. */
export class Gauge {
  private before?: Counters
  private of?: RTCPeerConnection
  async read(): Promise<(Quality & { stalled: boolean }) | undefined> {
    const c = [...connections].find(x => x.pc.connectionState === 'connected')
    if (!c) return undefined
    if (this.of !== c.pc) {
      this.of = c.pc
      this.before = undefined
    }
    const report = await c.pc.getStats()
    const now = readCounters(report.values() as Iterable<never>)
    const q = between(this.before, now)
    const stalled = this.before !== undefined && now.received === this.before.received
    this.before = now
    return { ...q, stalled }
  }
}

async function allowed() {
  if (typeof RTCPeerConnection === 'undefined') throw 'unsupported'
  const known = await navigator.permissions?.query({ name: 'microphone' as PermissionName }).catch(() => undefined)
  if (known?.state === 'granted') {
    const all = await navigator.mediaDevices.enumerateDevices()
    if (!all.some(d => d.kind === 'audioinput')) throw 'no_microphone'
    return
  }
  await takeMicrophone()
  leaveMicrophone()
}

/** Holds a Web Lock as long as this tab has the line. The lock of a tab that dies is free at once. */
function hold(steal: boolean, lost: () => void): Promise<(() => void) | undefined> {
  if (!navigator.locks) return Promise.resolve(() => undefined)
  return new Promise(done => {
    let free: () => void = () => undefined
    let ours = false
    navigator.locks
      .request(lockName, steal ? { steal: true } : { ifAvailable: true }, lock => {
        if (!lock) return done(undefined)
        ours = true
        return new Promise<void>(end => {
          free = () => {
            ours = false
            end()
          }
          done(free)
        })
      })
      .catch(() => {
        if (ours) lost()
        else done(undefined)
      })
  })
}

function socket(ears: { told: (m: Told) => void; closed: (refused: boolean) => void }) {
  const ws = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/phone/line`)
  ws.onmessage = e => {
    try {
      ears.told(JSON.parse(String(e.data)) as Told)
    } catch {
      ws.close()
    }
  }
  ws.onclose = e => ears.closed(refusedCodes.includes(e.code))
  return {
    send: (m: Said) => void (ws.readyState === WebSocket.OPEN && ws.send(JSON.stringify(m))),
    close: () => {
      ws.onclose = ws.onmessage = null
      ws.close()
    },
  }
}

export const world: World = {
  socket,
  sound,
  allowed,
  hold,
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  now: () => performance.now(),
  chance: Math.random,
}
