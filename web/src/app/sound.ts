/** Two small sounds made on the spot: no file to load, and different enough to be told apart without looking. */
let audio: AudioContext | undefined

/** Browsers let a page sound only after the person has touched it; the first key or click opens the way. */
function ready(): AudioContext | undefined {
  if (typeof AudioContext === 'undefined') return undefined
  audio ??= new AudioContext()
  if (audio.state === 'suspended') void audio.resume()
  return audio
}
if (typeof addEventListener === 'function')
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, ready, { once: true, passive: true })

function tone(at: AudioContext, hz: number, start: number, seconds: number, loud: number) {
  const osc = at.createOscillator()
  const gain = at.createGain()
  osc.frequency.value = hz
  osc.type = 'sine'
  gain.gain.setValueAtTime(0, start)
  gain.gain.linearRampToValueAtTime(loud, start + 0.012)
  gain.gain.exponentialRampToValueAtTime(0.0001, start + seconds)
  osc.connect(gain).connect(at.destination)
  osc.start(start)
  osc.stop(start + seconds)
}

let ringer: (() => void) | undefined
/** Lets somebody else ring: the phone does it through the device that was chosen for it. */
export const setRinger = (ring?: () => void) => {
  ringer = ring
}

/** An offer: two rising notes, twice. */
export function ringSound() {
  if (ringer) return ringer()
  const at = ready()
  if (at?.state !== 'running') return
  for (const again of [0, 0.55]) {
    tone(at, 659, at.currentTime + again, 0.22, 0.16)
    tone(at, 880, at.currentTime + again + 0.16, 0.34, 0.16)
  }
}

/** A message: one soft note. */
export function messageSound() {
  const at = ready()
  if (at?.state === 'running') tone(at, 523, at.currentTime, 0.18, 0.08)
}

let first = false
/** Of all the tabs of this browser one alone makes sounds and notifications: the one that holds the lock. */
export function electSpeaker() {
  if (!navigator.locks) {
    first = true
    return
  }
  void navigator.locks.request('sentral-speaker', () => {
    first = true
    return new Promise<never>(() => undefined)
  })
}
export const isSpeaker = () => first
