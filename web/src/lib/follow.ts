import { type Frame, frameReader } from './sse.ts'

/** How a followed stream stands. `lost` keeps trying; `signed_out` waits until it is woken. */
export type Link = 'connecting' | 'live' | 'lost' | 'signed_out'
export type Told = { t: 'frame'; frame: Frame } | { t: 'link'; link: Link; at: number }
export type Followed = { wake: () => void; close: () => void }

/** The server says something at least every 15 s; a connection silent for longer than this is dead, whatever the network card says. */
const silenceMS = 35_000
const beatMS = 16_000
const hereMS = 5000
const waitsMS = [500, 1000, 2000, 4000, 8000]

/**
 * Follows a server-sent event stream for ever: resumes by the last sequence number after any break, notices a connection that died in silence (a
 * lid closed, a network changed) and stops asking when the session has ended. `beat` is told every few seconds that somebody is here.
 */
export function follow(url: string, headers: Record<string, string>, tell: (m: Told) => void, beat?: string): Followed {
  let last = 0
  let heard = Date.now()
  let attempt = 0
  let link: Link = 'connecting'
  let controller: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  const say = (l: Link) => {
    if (l === link && l !== 'lost') return
    link = l
    tell({ t: 'link', link: l, at: heard })
  }
  const later = () => {
    if (closed) return
    const wait = waitsMS[Math.min(attempt, waitsMS.length - 1)] ?? 8000
    attempt++
    clearTimeout(timer)
    timer = setTimeout(open, wait * (0.75 + Math.random() / 2))
  }
  const open = async () => {
    clearTimeout(timer)
    timer = undefined
    controller?.abort()
    const mine = new AbortController()
    controller = mine
    heard = Math.max(heard, Date.now() - silenceMS + beatMS)
    try {
      const resume: Record<string, string> = last ? { 'Last-Event-ID': String(last) } : {}
      const response = await fetch(url, {
        headers: { Accept: 'text/event-stream', ...headers, ...resume },
        credentials: 'same-origin',
        cache: 'no-store',
        signal: mine.signal,
      })
      if (response.status === 401) return say('signed_out')
      if (!response.ok || !response.body) throw new Error(String(response.status))
      await read(response.body, mine)
    } catch {
      if (mine.signal.aborted && controller !== mine) return
    }
    if (closed || controller !== mine) return
    say('lost')
    later()
  }
  const read = (body: ReadableStream<Uint8Array>, mine: AbortController) => {
    const feed = frameReader(frame => {
      if (frame.id) last = frame.id
      tell({ t: 'frame', frame })
    })
    return pump(
      body,
      () => controller === mine,
      text => {
        heard = Date.now()
        attempt = 0
        say('live')
        feed(text)
      },
    )
  }
  const watch = setInterval(() => {
    if (link === 'live' && Date.now() - heard > silenceMS) {
      say('lost')
      void open()
    }
  }, 5000)
  const here = () => void fetch(beat ?? '', { method: 'PUT', headers, credentials: 'same-origin' }).catch(() => undefined)
  const beating = beat ? setInterval(here, hereMS) : undefined
  if (beat) here()
  void open()
  return {
    wake() {
      if (closed || (link === 'live' && Date.now() - heard < beatMS)) return
      attempt = 0
      if (beat) here()
      void open()
    },
    close() {
      closed = true
      clearInterval(watch)
      clearInterval(beating)
      clearTimeout(timer)
      controller?.abort()
    },
  }
}

/** Hands over what a body brings, piece by piece, until it ends or nobody wants it any more. */
async function pump(body: ReadableStream<Uint8Array>, wanted: () => boolean, hear: (text: string) => void) {
  const text = new TextDecoder()
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done || !wanted()) return
    hear(text.decode(value, { stream: true }))
  }
}
