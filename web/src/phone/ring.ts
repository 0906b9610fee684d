import { choice } from './devices.ts'

/** The telephone's ring, made on the spot: two notes a fifth apart with a tremolo, a second long, through the device chosen for it. */
let context: AudioContext | undefined
let sink = ''

type Sinkable = AudioContext & { setSinkId?: (id: string) => Promise<void> }

/** Browsers let a page sound only after the person has touched it. Once the microphone is in use they need not have. */
function ready(): AudioContext | undefined {
  if (typeof AudioContext === 'undefined') return undefined
  context ??= new AudioContext()
  if (context.state === 'suspended') void context.resume().catch(() => undefined)
  const wanted = choice().ringer
  if (wanted !== sink) {
    sink = wanted
    void (context as Sinkable).setSinkId?.(wanted).catch(() => undefined)
  }
  return context
}

/** Rings once; whoever wants it to go on asks again. A low ring leaves the words in the headset to be heard. */
export function ring(low = false) {
  const at = ready()
  if (at?.state !== 'running') return
  const start = at.currentTime + 0.02
  const loud = at.createGain()
  const volume = choice().loud * (low ? 0.04 : 0.3)
  loud.gain.setValueAtTime(0, start)
  for (let i = 0; i < 20; i++) loud.gain.linearRampToValueAtTime(i % 2 ? volume * 0.35 : volume, start + 0.05 * (i + 1))
  loud.gain.linearRampToValueAtTime(0, start + 1.1)
  loud.connect(at.destination)
  for (const hz of [587, 880]) {
    const osc = at.createOscillator()
    osc.type = 'triangle'
    osc.frequency.value = hz
    osc.connect(loud)
    osc.start(start)
    osc.stop(start + 1.15)
  }
}

/** A short note before an automatic answer, so that nobody is overheard by surprise. */
export function beep() {
  const at = ready()
  if (at?.state !== 'running') return
  const osc = at.createOscillator()
  const gain = at.createGain()
  osc.frequency.value = 988
  gain.gain.setValueAtTime(choice().loud * 0.25, at.currentTime)
  gain.gain.exponentialRampToValueAtTime(0.0001, at.currentTime + 0.3)
  osc.connect(gain).connect(at.destination)
  osc.start()
  osc.stop(at.currentTime + 0.32)
}
