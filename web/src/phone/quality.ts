/** The network between this browser and the centre, as it was in the last period. */
export type Quality = { loss: number; jitter_ms: number; rtt_ms: number }
export type Light = 'unknown' | 'good' | 'fair' | 'bad'

/** The counters of one reading, to be compared with the next. */
export type Counters = { received: number; lost: number; jitterMS: number; rttMS: number; lossOut: number }

type Entry = Record<string, unknown> & { type: string }
const num = (v: unknown) => (typeof v === 'number' && Number.isFinite(v) ? v : 0)

/** Reads the counters of a connection out of its report. */
export function readCounters(report: Iterable<Entry>): Counters {
  const c: Counters = { received: 0, lost: 0, jitterMS: 0, rttMS: 0, lossOut: 0 }
  for (const s of report) {
    if (s.type === 'inbound-rtp' && s.kind === 'audio') {
      c.received = num(s.packetsReceived)
      c.lost = Math.max(0, num(s.packetsLost))
      c.jitterMS = num(s.jitter) * 1000
    } else if (s.type === 'remote-inbound-rtp') {
      c.lossOut = num(s.fractionLost)
      c.rttMS ||= num(s.roundTripTime) * 1000
    } else if (s.type === 'candidate-pair' && s.nominated === true && s.state === 'succeeded') {
      const rtt = num(s.currentRoundTripTime) * 1000
      if (rtt) c.rttMS = rtt
    }
  }
  return c
}

/** What two readings say of the time between them; loss is the worse of the two directions. */
export function between(before: Counters | undefined, now: Counters): Quality {
  const received = now.received - (before?.received ?? 0)
  const lost = Math.max(0, now.lost - (before?.lost ?? 0))
  const loss = received + lost > 0 ? lost / (received + lost) : 0
  return { loss: Math.max(loss, now.lossOut), jitter_ms: Math.round(now.jitterMS), rtt_ms: Math.round(now.rttMS) }
}

/**
 * The light: good is as a telephone should be; fair is heard as small gaps or a lag; bad makes people ask again. The bounds follow ITU-T G.114 (delay)
 * and what G.711 with concealment bears (G.113: about 2 % unnoticed, 5 % annoying).
 */
export function light(q: Quality | undefined): Light {
  if (!q) return 'unknown'
  if (q.loss > 0.05 || q.rtt_ms > 500 || q.jitter_ms > 60) return 'bad'
  if (q.loss > 0.02 || q.rtt_ms > 250 || q.jitter_ms > 30) return 'fair'
  return 'good'
}

const order: Light[] = ['unknown', 'good', 'fair', 'bad']
/** The worse of two. */
export const worse = (a: Light, b: Light): Light => (order.indexOf(a) >= order.indexOf(b) ? a : b)
