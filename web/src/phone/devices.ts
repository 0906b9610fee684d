import { recall, remember } from '../lib/storage.ts'

/** Which devices this browser uses; an empty id is the machine's own choice. */
export type Choice = { microphone: string; speaker: string; ringer: string; auto_answer: boolean; loud: number }
const usual: Choice = { microphone: '', speaker: '', ringer: '', auto_answer: false, loud: 0.7 }

export const choice = (): Choice => ({ ...usual, ...recall<Partial<Choice>>('phone') })
export const choose = (part: Partial<Choice>): Choice => {
  const next = { ...choice(), ...part }
  remember('phone', next)
  return next
}

export type Device = { id: string; name: string }
export type Devices = { microphones: Device[]; outputs: Device[] }

/** Whether the browser lets a page choose where sound comes out. */
export const canChooseOutput = () => typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype

/** The devices there are. Their names are known only once the microphone has been allowed. */
export async function listDevices(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? []
  const of = (kind: MediaDeviceKind) =>
    all.filter(d => d.kind === kind && d.deviceId && d.deviceId !== 'default').map(d => ({ id: d.deviceId, name: d.label }))
  return { microphones: of('audioinput'), outputs: of('audiooutput') }
}

/** Why there is no microphone. */
export type Refusal = 'denied' | 'no_microphone' | 'microphone_busy' | 'insecure'

/** Opens the microphone. A device that is gone is replaced by the machine's own; what failed comes as a Refusal. */
export async function openMicrophone(id = choice().microphone): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw 'insecure' satisfies Refusal
  const sound = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: id ? { ...sound, deviceId: { exact: id } } : sound })
  } catch (e) {
    const name = e instanceof DOMException ? e.name : ''
    if (id && (name === 'OverconstrainedError' || name === 'NotFoundError')) return openMicrophone('')
    throw refusal(name)
  }
}

/** The browser's error in our words. */
export function refusal(name: string): Refusal {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotReadableError' || name === 'AbortError') return 'microphone_busy'
  return 'no_microphone'
}

/** Measures how loud a stream is, from 0 to 1, until the function it gives is called. */
export function meter(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext()
  const source = context.createMediaStreamSource(stream)
  const analyser = context.createAnalyser()
  analyser.fftSize = 512
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    let sum = 0
    for (const v of samples) sum += v * v
    tell(loudness(Math.sqrt(sum / samples.length)))
  }, 80)
  return () => {
    clearInterval(timer)
    source.disconnect()
    void context.close()
  }
}

/** A root mean square as a share of a meter that begins at -60 dB and is full at -6 dB. */
export const loudness = (rms: number): number => (rms <= 0 ? 0 : Math.min(1, Math.max(0, (20 * Math.log10(rms) + 60) / 54)))
