import { type Followed, follow, type Link, type Told } from '../lib/follow.ts'
import type { Frame } from '../lib/sse.ts'

/** What a tab asks of the worker. `keep` names the event that a tab joining late is given at once; `beat` is told that somebody is here. */
export type Wish = { keep?: string; beat?: string }
export type Ask =
  | ({ t: 'open'; url: string } & Wish)
  | { t: 'close'; url: string }
  | { t: 'wake' }
  | { t: 'tab'; lock: string }
  | { t: 'bye' }
/** What the worker tells a tab; `joined` says that the stream was already running, so the tab must fetch what came before. */
export type Tell = { url: string } & (Told | { t: 'joined' })

type Stream = { ports: Set<MessagePort>; followed: Followed; link: Link; at: number; keep?: string; kept?: Frame }

const streams = new Map<string, Stream>()
const send = (port: MessagePort, m: Tell) => port.postMessage(m)

function open(port: MessagePort, url: string, { keep, beat }: Wish) {
  const known = streams.get(url)
  if (known) {
    known.ports.add(port)
    send(port, { url, t: 'joined' })
    send(port, { url, t: 'link', link: known.link, at: known.at })
    if (known.kept) send(port, { url, t: 'frame', frame: known.kept })
    return
  }
  const ports = new Set([port])
  const tell = (m: Told) => {
    const s = streams.get(url)
    if (!s) return
    if (m.t === 'link') Object.assign(s, { link: m.link, at: m.at })
    else if (m.frame.event === s.keep) s.kept = m.frame
    for (const p of s.ports) send(p, { url, ...m })
  }
  const followed = follow(url, {}, tell, beat)
  streams.set(url, { ports, followed, link: 'connecting', at: Date.now(), keep })
}

function close(port: MessagePort, url: string) {
  const s = streams.get(url)
  if (!s?.ports.delete(port) || s.ports.size) return
  s.followed.close()
  streams.delete(url)
}

const leave = (port: MessagePort) => {
  for (const url of [...streams.keys()]) close(port, url)
}

const scope = self as unknown as { onconnect: (e: MessageEvent) => void }
scope.onconnect = e => {
  const port = e.ports[0]
  if (!port) return
  port.onmessage = ({ data }: MessageEvent<Ask>) => {
    if (data.t === 'open') open(port, data.url, data)
    else if (data.t === 'close') close(port, data.url)
    else if (data.t === 'bye') leave(port)
    else if (data.t === 'wake') for (const s of streams.values()) s.followed.wake()
    // A tab holds a lock as long as it lives: getting it means that the tab is gone, even if it crashed without a word.
    else if (data.t === 'tab') void navigator.locks?.request(data.lock, async () => leave(port))
  }
}
