import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page } from '@playwright/test'

// Tones are how the tests know who hears whom: everybody says one of their own, and whoever listens looks for all of them (Goertzel).

/** The tones, in Hz: far from one another, from their overtones, and from the notes of the music that waits. */
export const tones = { customer: 470, agent: 1030, colleague: 1370, leader: 1730, outsider: 730 } as const
export type Who = keyof typeof tones

/** Samples of a sum of sines, 16 bits; `loud` is the peak of each. */
export function sines(hz: number[], seconds: number, rate: number, loud = 5000): Int16Array {
  const out = new Int16Array(Math.round(rate * seconds))
  for (let i = 0; i < out.length; i++) out[i] = Math.round(hz.reduce((sum, f) => sum + loud * Math.sin((2 * Math.PI * f * i) / rate), 0))
  return out
}

const pairs: Record<string, [number, number]> = {
  1: [697, 1209],
  2: [697, 1336],
  3: [697, 1477],
  4: [770, 1209],
  5: [770, 1336],
  6: [770, 1477],
  7: [852, 1209],
  8: [852, 1336],
  9: [852, 1477],
  '*': [941, 1209],
  0: [941, 1336],
  '#': [941, 1477],
}

/** Keys as a telephone without events sends them: 120 ms of two tones, with as long a pause after each. */
export function keyTones(keys: string, rate: number): Int16Array {
  const parts = [...keys].flatMap(k => [sines([...(pairs[k] ?? [])], 0.12, rate, 7000), new Int16Array(rate * 0.12)])
  return Int16Array.from(parts.flatMap(p => [...p]))
}

/** A WAV file with one channel of 16 bits. */
export function wav(samples: Int16Array, rate: number): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + samples.byteLength, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(2 * rate, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(samples.byteLength, 40)
  return Buffer.concat([head, Buffer.from(samples.buffer)])
}

/**
 * What somebody's microphone says: a file with a tone, since the browser is headless. It is repeated for ever, and swells eight times a second as speech does,
 * since the browser takes a steady tone for noise and suppresses it.
 */
export function microphone(hz: number): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sentral-tone-')), 'tone.wav')
  const rate = 48_000
  const steady = sines([hz], 5, rate, 20_000)
  writeFileSync(
    file,
    wav(
      steady.map((v, i) => v * (0.5 - 0.5 * Math.cos((2 * Math.PI * 8 * i) / rate))),
      rate,
    ),
  )
  return file
}

/** The octets of G.711 as samples. */
export function decodeG711(octets: Uint8Array, law: 'mu' | 'a'): Int16Array {
  return Int16Array.from(octets, law === 'mu' ? fromMu : fromA)
}
function fromMu(octet: number): number {
  const u = ~octet & 0xff
  const t = (((u & 15) << 3) + 0x84) << ((u & 0x70) >> 4)
  return u & 0x80 ? 0x84 - t : t - 0x84
}
function fromA(octet: number): number {
  const a = octet ^ 0x55
  const segment = (a & 0x70) >> 4
  const t = segment ? (((a & 15) << 4) + 0x108) << (segment - 1) : ((a & 15) << 4) + 8
  return a & 0x80 ? t : -t
}
/** Samples as mu-law, as sipp plays them. */
export function encodeMu(samples: Int16Array): Buffer {
  const table = new Map<number, number>()
  const known = Array.from({ length: 256 }, (_, o) => ({ o, v: fromMu(o) })).sort((a, b) => a.v - b.v)
  return Buffer.from(
    Uint8Array.from(samples, s => {
      const had = table.get(s)
      if (had !== undefined) return had
      let best = known[0] ?? { o: 255, v: 0 }
      for (const k of known) if (Math.abs(k.v - s) < Math.abs(best.v - s)) best = k
      table.set(s, best.o)
      return best.o
    }),
  )
}

/** The share of the energy that lies at each tone, by Goertzel's sum under a Hann window; all zero in silence (below about -60 dB of full scale). */
export function shares(samples: ArrayLike<number>, rate: number, hz: number[]): number[] {
  const n = samples.length
  const w = Array.from({ length: n }, (_, i) => (samples[i] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (n - 1))))
  const energy = w.reduce((sum, v) => sum + v * v, 0)
  if (n < 800 || energy / n < 500) return hz.map(() => 0)
  return hz.map(f => {
    const c = 2 * Math.cos((2 * Math.PI * f) / rate)
    let a = 0
    let b = 0
    for (const v of w) [a, b] = [v + c * a - b, a]
    // A lone sine under this window gives two thirds of n/2 times its energy.
    return ((a * a + b * b - c * a * b) / energy / (n / 2)) * 1.5
  })
}

/** Somebody or something that listens: the shares of what was heard in the last moments. */
export type Ear = { name: string; hears: (hz: number[]) => Promise<number[]> }

const there = 0.04
const gone = 0.01
const names = Object.keys(tones) as Who[]

async function heard(ear: Ear): Promise<Record<Who, number>> {
  const list = await ear.hears(names.map(n => tones[n]))
  return Object.fromEntries(names.map((n, i) => [n, list[i] ?? 0])) as Record<Who, number>
}

/** Waits until `ear` hears exactly these people and nobody else, then sees that it stays so for most of a second. Gives the share of each tone. */
export async function expectHears(ear: Ear, whom: Who[], within = 15_000): Promise<Record<Who, number>> {
  const check = async () => {
    const h = await heard(ear)
    for (const n of names) {
      const share = `${ear.name} hears ${n} (${tones[n]} Hz); of all that it hears: ${JSON.stringify(h)}`
      if (whom.includes(n)) expect(h[n], share).toBeGreaterThan(there)
      else expect(h[n], share).toBeLessThan(gone)
    }
    return h
  }
  let last: Record<Who, number> | undefined
  await expect(async () => {
    last = await check()
    await new Promise(done => setTimeout(done, 350))
    await check()
    await new Promise(done => setTimeout(done, 350))
    await check()
  }).toPass({ timeout: within, intervals: [50, 100] })
  return last as Record<Who, number>
}

/** Runs in a page before its own scripts: the test listens to what the page hears, so it must find the page's connections. */
export function exposeConnections() {
  const all: RTCPeerConnection[] = []
  const Real = RTCPeerConnection
  const ear: { context?: AudioContext; analyser?: AnalyserNode; of?: RTCPeerConnection } = {}
  Object.assign(window, {
    connections: all,
    RTCPeerConnection: class extends Real {
      constructor(c?: RTCConfiguration) {
        super(c)
        all.push(this)
      }
    },
    /** The last sixth of a second that came out of the line in use. */
    hearing: () => {
      const now = all.findLast(p => p.connectionState === 'connected')
      const track = now?.getReceivers()[0]?.track
      if (!now || !track) return { samples: [], rate: 48_000 }
      ear.context ??= new AudioContext()
      if (ear.of !== now) {
        ear.of = now
        ear.analyser = ear.context.createAnalyser()
        ear.analyser.fftSize = 8192
        ear.context.createMediaStreamSource(new MediaStream([track])).connect(ear.analyser)
      }
      const samples = new Float32Array(8192)
      ear.analyser?.getFloatTimeDomainData(samples)
      return { samples: Array.from(samples, v => Math.round(v * 32_768)), rate: ear.context.sampleRate }
    },
  })
}

/** What a page's line carries to the person before it. */
export const earOf = (page: Page, name: string): Ear => ({
  name,
  hears: async hz => {
    const { samples, rate } = await page.evaluate(() =>
      (window as unknown as { hearing: () => { samples: number[]; rate: number } }).hearing(),
    )
    return shares(samples, rate, hz)
  },
})

/** Milliseconds from `from` (of Date.now) until the page's line carries a tone, looked at every 25 ms in the page itself. */
export const untilTone = (page: Page, hz: number, from: number): Promise<number> =>
  page.evaluate(
    ([hz, from]) =>
      new Promise<number>((done, fail) => {
        const hearing = (window as unknown as { hearing: () => { samples: number[]; rate: number } }).hearing
        const timer = setInterval(() => {
          const { samples, rate } = hearing()
          const last = samples.slice(-2048)
          let [a, b, energy] = [0, 0, 0]
          const c = 2 * Math.cos((2 * Math.PI * (hz as number)) / rate)
          for (const v of last) {
            energy += v * v
            ;[a, b] = [v + c * a - b, a]
          }
          const share = energy ? (a * a + b * b - c * a * b) / energy / (last.length / 2) : 0
          const took = Date.now() - (from as number)
          if ((energy / (last.length || 1) > 500 && share > 0.5) || took > 20_000) {
            clearInterval(timer)
            took > 20_000 ? fail(new Error('no tone within 20 s')) : done(took)
          }
        }, 25)
      }),
    [hz, from],
  )
