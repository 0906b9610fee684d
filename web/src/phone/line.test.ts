import { beforeEach, expect, test } from 'vitest'
import { backOff, Line, type LineState, type Socket, type SocketEars, type Sound, type SoundEars, type World } from './line.ts'
import type { Call, Said } from './types.ts'

// The goal: the line comes up, comes back whatever is lost, is in one place only, and uses the microphone only when somebody is there to hear it.

type FakeSocket = { ears: SocketEars; said: Said[]; open: boolean }
type FakeSound = { ears: SoundEars; speaks: boolean; open: boolean; answered?: string }
let sockets: FakeSocket[]
let sounds: FakeSound[]
let clock: number
let waiting: { at: number; run: () => void }[]
let held: { lost: () => void } | undefined
let denied: string | undefined
let asked: number
let states: LineState[]
let line: Line

const settle = async () => {
  for (let i = 0; i < 12; i++) await Promise.resolve()
}
const pass = async (ms: number) => {
  const end = clock + ms
  for (;;) {
    const next = waiting.filter(w => w.at <= end).sort((a, b) => a.at - b.at)[0]
    if (!next) break
    clock = next.at
    waiting = waiting.filter(w => w !== next)
    next.run()
    await settle()
  }
  clock = end
}
const world = (): World => ({
  socket: ears => {
    const s: FakeSocket = { ears, said: [], open: true }
    sockets.push(s)
    return { send: (m: Said) => s.said.push(m), close: () => void Object.assign(s, { open: false }) } satisfies Socket
  },
  sound: (_ice, ears) => {
    const s: FakeSound = { ears, speaks: false, open: true }
    sounds.push(s)
    const sound: Sound = {
      offer: async () => `offer ${sounds.indexOf(s)}`,
      answer: async sdp => void Object.assign(s, { answered: sdp }),
      speak: on => void Object.assign(s, { speaks: on }),
      close: () => void Object.assign(s, { open: false }),
    }
    return sound
  },
  allowed: async () => {
    asked++
    if (denied) throw denied
  },
  hold: async (steal, lost) => {
    if (held && !steal) return undefined
    held?.lost()
    const mine = { lost }
    held = mine
    return () => {
      if (held === mine) held = undefined
    }
  },
  after: (ms, run) => {
    const w = { at: clock + ms, run }
    waiting.push(w)
    return () => {
      waiting = waiting.filter(x => x !== w)
    }
  },
  now: () => clock,
  chance: () => 0.5,
})
const call = (state: Call['state']): Call => ({
  contact_id: 7,
  call_id: 9,
  direction: 'in',
  state,
  number: '+4790000000',
  name: '',
  customer_known: 'none',
  brand_id: 1,
  queue_id: 1,
  since_ms: 0,
  waited_ms: 0,
  muted: false,
  on_hold: false,
  recording: { state: 'none' },
  parties: [],
  watchers: [],
  quality: 'unknown',
  menu: [],
  whisper: 'none',
  role: 'agent',
})
const socket = () => sockets.at(-1) as FakeSocket
const sound = () => sounds.at(-1) as FakeSound
const raise = async () => {
  socket().ears.told({ type: 'hello', ice_servers: [] })
  await settle()
  socket().ears.told({ type: 'answer', sdp: 'answer' })
  await settle()
  sound().ears.up()
}

beforeEach(() => {
  sockets = []
  sounds = []
  states = []
  waiting = []
  clock = 1000
  held = undefined
  denied = undefined
  asked = 0
  line = new Line(world(), s => states.push(s))
})

test('comes up: hello, offer, answer, ready', async () => {
  await line.start()
  expect(line.state.standing).toBe('connecting')
  await raise()
  expect(socket().said[0]).toEqual({ type: 'offer', sdp: 'offer 0', take_over: false })
  expect(sound().answered).toBe('answer')
  expect(line.state.standing).toBe('ready')
})

test('the microphone speaks from the ring to the end of the call and not otherwise', async () => {
  await line.start()
  await raise()
  expect(sound().speaks).toBe(false)
  for (const [state, speaks] of [
    ['ringing', true],
    ['connecting', true],
    ['talking', true],
    ['held', true],
    ['ended', false],
  ] as const) {
    socket().ears.told({ type: 'calls', calls: [call(state)] })
    expect(sound().speaks, state).toBe(speaks)
  }
  socket().ears.told({ type: 'calls' })
  expect(line.state.calls).toEqual([])
})

test('a socket that closes is opened again at once, and the call stays on the screen', async () => {
  await line.start()
  await raise()
  socket().ears.told({ type: 'calls', calls: [call('talking')] })
  socket().ears.closed(false)
  expect(line.state.standing).toBe('lost')
  expect(line.state.calls).toHaveLength(1)
  await pass(0)
  expect(sockets).toHaveLength(2)
  await raise()
  expect(socket().said[0]).toMatchObject({ type: 'offer', take_over: true })
  expect(sound().speaks).toBe(true)
  expect(line.state.standing).toBe('ready')
})

test('a centre that is down is asked again with growing rests, and the next success forgets them', async () => {
  await line.start()
  await raise()
  for (let i = 0; i < 6; i++) {
    socket().ears.closed(false)
    await pass(backOff(i, 0.5))
  }
  expect(sockets).toHaveLength(7)
  socket().ears.closed(false)
  await pass(2000)
  expect(sockets).toHaveLength(7)
  await pass(7000)
  await raise()
  socket().ears.closed(false)
  await pass(0)
  expect(sockets).toHaveLength(9)
})

test('a socket that no longer answers is given up within four seconds', async () => {
  await line.start()
  await raise()
  line.beat()
  expect(socket().said.at(-1)).toEqual({ type: 'ping' })
  socket().ears.told({ type: 'pong' })
  line.beat()
  for (let i = 0; i < 4; i++) {
    clock += 1000
    line.beat()
  }
  expect(line.state.standing).toBe('lost')
})

test('another network: a new connection beside the old one, which goes when the new one is up', async () => {
  await line.start()
  await raise()
  const old = sound()
  line.wake()
  await settle()
  expect(sounds).toHaveLength(2)
  expect(old.open).toBe(true)
  expect(line.state.standing).toBe('ready')
  socket().ears.told({ type: 'answer', sdp: 'second' })
  await settle()
  sound().ears.up()
  expect(old.open).toBe(false)
  expect(sound().answered).toBe('second')
})

test('sound that goes down while the socket lives is renewed on the same socket', async () => {
  await line.start()
  await raise()
  sound().ears.down()
  await settle()
  expect(sockets).toHaveLength(1)
  expect(sounds).toHaveLength(2)
  expect(socket().said.at(-1)).toMatchObject({ type: 'offer', take_over: true })
})

test('sound that never comes up is tried anew', async () => {
  await line.start()
  socket().ears.told({ type: 'hello' })
  await settle()
  await pass(8000)
  expect(sockets.length).toBeGreaterThan(1)
})

test('a second tab sees that the line is elsewhere, and gets it when the first lets go', async () => {
  const first = new Line(world(), () => undefined)
  await first.start()
  await line.start()
  expect(line.state.standing).toBe('elsewhere')
  expect(sockets).toHaveLength(1)
  first.stop()
  await pass(6000)
  await settle()
  expect(line.state.standing).toBe('connecting')
})

test('a second tab takes over, and the first says so', async () => {
  const first = new Line(world(), () => undefined)
  await first.start()
  await line.start(true)
  expect(first.state.standing).toBe('elsewhere')
  await raise()
  expect(socket().said[0]).toMatchObject({ take_over: true })
  expect(line.state.standing).toBe('ready')
})

test('a line that another machine takes is not fought for', async () => {
  await line.start()
  await raise()
  socket().ears.told({ type: 'taken' })
  expect(line.state.standing).toBe('elsewhere')
  expect(sound().open).toBe(false)
  await pass(60_000)
  expect(sockets).toHaveLength(1)
  await line.start(true)
  expect(sockets).toHaveLength(2)
})

test('a line that an old window still had is asked for again until it is free', async () => {
  await line.start()
  socket().ears.told({ type: 'hello' })
  await settle()
  socket().ears.told({ type: 'taken' })
  expect(line.state.standing).toBe('elsewhere')
  await pass(5000)
  expect(sockets).toHaveLength(2)
  await raise()
  expect(socket().said[0]).toMatchObject({ take_over: false })
  expect(line.state.standing).toBe('ready')
})

test('no microphone, or none allowed: blocked with the reason, until it is tried again', async () => {
  denied = 'denied'
  await line.start()
  expect(line.state.standing).toBe('connecting')
  socket().ears.told({ type: 'hello' })
  await settle()
  expect(line.state).toMatchObject({ standing: 'blocked', why: 'denied' })
  expect(socket().open).toBe(false)
  expect(sounds).toHaveLength(0)
  denied = undefined
  await line.start()
  await raise()
  expect(line.state.standing).toBe('ready')
})

test('a server that refuses the person is not asked again', async () => {
  await line.start()
  socket().ears.closed(true)
  expect(line.state).toMatchObject({ standing: 'blocked', why: 'refused' })
  await pass(60_000)
  expect(sockets).toHaveLength(1)
})

test('stopped: everything is let go of', async () => {
  await line.start()
  await raise()
  line.stop()
  expect(socket().open).toBe(false)
  expect(sound().open).toBe(false)
  expect(held).toBeUndefined()
  expect(waiting).toHaveLength(0)
  expect(line.state.standing).toBe('off')
})

const desk = (chosen: boolean, registered = true) => ({ account: 'pult-kari', chosen, registered })
const watch = async () => {
  socket().ears.told({ type: 'hello', desk: desk(true) })
  await settle()
  socket().ears.told({ type: 'calls', desk: desk(true) })
}

test('a desk phone for a line: the window watches, without a microphone and without an offer', async () => {
  denied = 'denied'
  await line.start()
  socket().ears.told({ type: 'hello', desk: desk(true) })
  await settle()
  expect(socket().said).toEqual([{ type: 'watch', take_over: false }])
  expect(line.state.standing).toBe('connecting')
  socket().ears.told({ type: 'calls', calls: [call('talking')], desk: desk(true, false) })
  expect(line.state).toMatchObject({ standing: 'ready', desk: { chosen: true, registered: false } })
  expect(line.state.calls).toHaveLength(1)
  socket().ears.told({ type: 'calls', desk: desk(true) })
  expect(line.state.desk?.registered).toBe(true)
  line.wake()
  line.silent()
  await settle()
  await pass(20_000)
  expect([asked, sounds.length, sockets.length]).toEqual([0, 0, 1])
  expect(line.state.standing).toBe('ready')
})

test('a desk phone that is not chosen changes nothing', async () => {
  await line.start()
  socket().ears.told({ type: 'hello', desk: desk(false) })
  await settle()
  expect(socket().said[0]).toMatchObject({ type: 'offer' })
  sound().ears.up()
  socket().ears.told({ type: 'calls', desk: desk(false, false) })
  expect(line.state).toMatchObject({ standing: 'ready', desk: desk(false, false) })
  expect(socket().said).toHaveLength(1)
})

test('from the browser to the desk phone and back, on the same socket', async () => {
  await line.start()
  await raise()
  const first = sound()
  socket().ears.told({ type: 'calls', calls: [call('ringing')], desk: desk(true) })
  await settle()
  expect([first.open, first.speaks]).toEqual([false, false])
  expect(socket().said.at(-1)).toEqual({ type: 'watch', take_over: true })
  socket().ears.told({ type: 'calls', desk: desk(true) })
  expect(line.state.standing).toBe('ready')
  socket().ears.told({ type: 'calls', desk: desk(false) })
  await settle()
  expect(line.state.standing).toBe('connecting')
  expect(sounds).toHaveLength(2)
  expect(socket().said.at(-1)).toMatchObject({ type: 'offer', take_over: true })
  sound().ears.up()
  expect(line.state.standing).toBe('ready')
  expect(sockets).toHaveLength(1)
})

test('the desk phone is chosen while the browser still asks for the microphone: its answer is of no matter', async () => {
  let refuse: (why: string) => void = () => undefined
  line = new Line({ ...world(), allowed: () => new Promise((_, no) => (refuse = no)) }, s => states.push(s))
  await line.start()
  socket().ears.told({ type: 'hello', desk: desk(false) })
  await settle()
  socket().ears.told({ type: 'calls', desk: desk(true) })
  refuse('denied')
  await settle()
  socket().ears.told({ type: 'calls', desk: desk(true) })
  expect(line.state).toMatchObject({ standing: 'ready', why: undefined })
})

test('back to the browser without a microphone: blocked with the reason', async () => {
  await line.start()
  await watch()
  denied = 'no_microphone'
  socket().ears.told({ type: 'calls', desk: desk(false) })
  await settle()
  expect(line.state).toMatchObject({ standing: 'blocked', why: 'no_microphone' })
})

test('a watched line that is lost comes back as one, and one that another window has is left alone', async () => {
  await line.start()
  await watch()
  socket().ears.closed(false)
  expect(line.state.standing).toBe('lost')
  await pass(0)
  socket().ears.told({ type: 'hello', desk: desk(true) })
  await settle()
  expect(socket().said).toEqual([{ type: 'watch', take_over: true }])
  socket().ears.told({ type: 'taken' })
  expect(line.state.standing).toBe('elsewhere')
})

test('a watch that the centre refuses, or does not answer, is tried anew', async () => {
  await line.start()
  socket().ears.told({ type: 'hello', desk: desk(true) })
  await settle()
  socket().ears.told({ type: 'problem', text: 'the desk phone is not the line' })
  await pass(0)
  expect(sockets).toHaveLength(2)
  socket().ears.told({ type: 'hello', desk: desk(true) })
  await settle()
  await pass(4000)
  expect(sockets).toHaveLength(3)
})
