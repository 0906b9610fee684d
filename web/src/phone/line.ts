import type { Refusal } from './devices.ts'
import type { Call, DeskPhone, Said, Told } from './types.ts'

/**
 * How the line stands.
 * off: nobody has asked for it. elsewhere: another tab or machine has it. connecting: on the way up. ready: calls can come. lost: it was up and is
 * being brought back. blocked: it cannot be, and `why` says what a person must do.
 */
export type Standing = 'off' | 'elsewhere' | 'connecting' | 'ready' | 'lost' | 'blocked'
export type Why = Refusal | 'unsupported' | 'refused'
/** `desk` is the person's desk phone, when they have one; while it is chosen, the sound is there and this tab only watches. */
export type LineState = { standing: Standing; why?: Why; calls: Call[]; desk?: DeskPhone }

/** A socket to the centre. */
export type Socket = { send: (m: Said) => void; close: () => void }
/** What a socket tells of itself. */
export type SocketEars = { told: (m: Told) => void; closed: (refused: boolean) => void }
/** One connection for sound; a new network or a new socket gets a new one. */
export type Sound = {
  offer: () => Promise<string>
  answer: (sdp: string) => Promise<void>
  /** Speaks into the line while true; an idle line sends nothing. */
  speak: (on: boolean) => void
  close: () => void
}
export type SoundEars = { up: () => void; down: () => void }

/** The browser, as far as the line needs it; tests have one of their own. */
export type World = {
  socket: (ears: SocketEars) => Socket
  sound: (ice: RTCIceServer[], ears: SoundEars) => Sound
  /** Makes sure that the microphone may be used; throws a Refusal. */
  allowed: () => Promise<void>
  /** Holds the browser's one line: gives a way to let go of it, or undefined when another tab has it and `steal` is false. */
  hold: (steal: boolean, lost: () => void) => Promise<(() => void) | undefined>
  after: (ms: number, run: () => void) => () => void
  now: () => number
  chance: () => number
}

/** How long to wait before the n-th attempt: at once, then doubling to 8 s, with chance, so that a hundred desks do not return in one second. */
export const backOff = (attempt: number, chance: number): number =>
  attempt === 0 ? 0 : Math.min(8000, 250 * 2 ** (attempt - 1)) * (0.75 + chance / 2)

const pongWithinMS = 3000
const answerWithinMS = 3000
const upWithinMS = 4000
const askAgainMS = 5000

const inCall = (c: Call) => c.state === 'connecting' || c.state === 'talking' || c.state === 'held'
/** Whether a call needs the microphone: rung for already, so that the first word is not lost. */
export const needsVoice = (calls: Call[]) => calls.some(c => inCall(c) || c.state === 'ringing')

/**
 * The agent's line: one socket and one connection for sound, brought back whenever either is lost, and given to one tab alone. With a desk phone for a line
 * there is the socket alone: no microphone, and no connection for sound.
 */
export class Line {
  state: LineState = { standing: 'off', calls: [] }
  private socket?: Socket
  private sound?: Sound
  private fresh?: Sound
  private ice: RTCIceServer[] = []
  private release?: () => void
  private attempt = 0
  private pinged = 0
  private wanted = false
  private takeOver = false
  private was = false
  private watching = false
  private waits = new Map<string, () => void>()

  constructor(
    private world: World,
    private changed: (s: LineState) => void,
  ) {}

  private set(part: Partial<LineState>) {
    this.state = { ...this.state, ...part }
    this.changed(this.state)
  }

  private wait(name: string, ms: number, run: () => void) {
    this.waits.get(name)?.()
    this.waits.set(
      name,
      this.world.after(ms, () => {
        this.waits.delete(name)
        run()
      }),
    )
  }
  private unwait(...names: string[]) {
    for (const n of names) {
      this.waits.get(n)?.()
      this.waits.delete(n)
    }
  }

  /** Wants the line; with `takeOver` also from another tab or machine. */
  async start(takeOver = false) {
    this.wanted = true
    this.takeOver = takeOver
    this.attempt = 0
    this.unwait('again', 'hold')
    if (!this.release) {
      const release = await this.world.hold(takeOver, () => {
        this.release = undefined
        this.leave('elsewhere')
      })
      if (!this.wanted) return release?.()
      if (!release) {
        this.set({ standing: 'elsewhere', calls: [] })
        return this.wait('hold', askAgainMS, () => void this.start())
      }
      this.release = release
    }
    this.set({ standing: this.was ? 'lost' : 'connecting', why: undefined })
    this.connect()
  }

  /** Gives the line up: at sign-out, or when the person wants no calls here. */
  stop() {
    this.wanted = false
    this.drop()
    this.release?.()
    this.release = undefined
    this.was = false
    this.set({ standing: 'off', why: undefined, calls: [] })
  }

  /** Another network, or a computer that woke: what we have may be dead, so try at once. */
  wake() {
    if (!this.wanted || !this.release || this.state.standing === 'blocked') return
    this.attempt = 0
    if (!this.socket) return this.connect()
    this.ping()
    if (this.state.standing === 'ready' && !this.watching) void this.renew()
  }

  /** Once a second, from a worker. */
  beat() {
    if (!this.socket) return
    if (this.pinged && this.world.now() - this.pinged > pongWithinMS) return this.lost()
    if (!this.pinged) this.ping()
  }

  tell(m: Said) {
    this.socket?.send(m)
  }

  /** The sound has stopped although somebody should be speaking. */
  silent() {
    if (this.state.standing === 'ready' && !this.watching) void this.renew()
  }

  private ping() {
    if (!this.pinged) this.pinged = this.world.now()
    this.socket?.send({ type: 'ping' })
  }

  private connect() {
    if (!this.wanted || this.socket) return
    this.unwait('again')
    this.pinged = 0
    const socket: Socket = this.world.socket({
      told: m => this.socket === socket && void this.told(m),
      closed: refused => this.socket === socket && this.lost(refused),
    })
    this.socket = socket
    this.wait('up', answerWithinMS + upWithinMS, () => this.lost())
  }

  private async told(m: Told) {
    if (m.type === 'pong') this.pinged = 0
    else if (m.type === 'calls') await this.follow(m.calls ?? [], m.desk)
    else if (m.type === 'taken') this.leave('elsewhere')
    else if (m.type === 'problem') {
      if (this.fresh || (this.watching && this.state.standing !== 'ready')) this.lost()
    } else if (m.type === 'hello') {
      this.ice = m.ice_servers ?? []
      this.set({ desk: m.desk })
      await this.open()
    } else if (m.type === 'answer') {
      try {
        await this.fresh?.answer(m.sdp)
      } catch {
        this.lost()
      }
    }
  }

  /** Opens the line that the person has chosen: the desk phone's, which is watched, or the browser's. */
  private async open() {
    this.watching = this.state.desk?.chosen ?? false
    if (!this.watching) return this.permitted()
    const { sound, fresh } = this
    this.sound = this.fresh = undefined
    sound?.close()
    fresh?.close()
    this.wait('up', answerWithinMS, () => this.lost())
    this.socket?.send({ type: 'watch', take_over: this.takeOver || this.was })
  }

  /** The calls as they are now, and how the desk phone stands. Whoever has chosen another line, here or elsewhere, gets it at once. */
  private async follow(calls: Call[], desk?: DeskPhone) {
    if ((desk?.chosen ?? false) !== this.watching) {
      this.set({ desk, calls, standing: 'connecting', why: undefined })
      return this.open()
    }
    if (this.watching) this.watched(desk)
    else this.set({ desk })
    this.calls(calls)
  }

  /** The first calls after "watch" say that the line is ours. */
  private watched(desk?: DeskPhone) {
    this.unwait('up')
    this.attempt = 0
    this.was = true
    this.set({ desk, standing: 'ready', why: undefined })
  }

  /** The centre has a phone and lets us in: only now is the person asked for the microphone. */
  private async permitted() {
    const socket = this.socket
    this.unwait('up')
    try {
      await this.world.allowed()
    } catch (why) {
      if (this.socket === socket && !this.watching) this.block(why as Why)
      return
    }
    if (this.socket === socket && !this.watching) await this.renew()
  }

  private block(why: Why) {
    this.drop()
    this.set({ standing: 'blocked', why, calls: [] })
  }

  private calls(calls: Call[]) {
    this.set({ calls })
    this.sound?.speak(needsVoice(calls))
    this.fresh?.speak(needsVoice(calls))
  }

  /** Makes a new connection for sound beside the one there is, which goes on until the new one is up. */
  private async renew() {
    this.fresh?.close()
    const fresh = this.world.sound(this.ice, {
      up: () => this.fresh === fresh && this.up(fresh),
      down: () => {
        if (this.fresh === fresh) this.lost()
        else if (this.sound === fresh && this.socket) void this.renew()
      },
    })
    this.fresh = fresh
    fresh.speak(needsVoice(this.state.calls))
    this.wait('up', answerWithinMS + upWithinMS, () => this.lost())
    try {
      const sdp = await fresh.offer()
      if (this.fresh === fresh) this.socket?.send({ type: 'offer', sdp, take_over: this.takeOver || this.was })
    } catch {
      if (this.fresh === fresh) this.lost()
    }
  }

  private up(fresh: Sound) {
    this.unwait('up')
    if (this.sound !== fresh) this.sound?.close()
    this.sound = fresh
    this.fresh = undefined
    this.attempt = 0
    this.was = true
    this.set({ standing: 'ready', why: undefined })
    fresh.speak(needsVoice(this.state.calls))
  }

  private drop() {
    this.unwait('up', 'again', 'hold')
    const { socket, sound, fresh } = this
    this.socket = this.sound = this.fresh = undefined
    socket?.close()
    sound?.close()
    fresh?.close()
  }

  /** Somebody else has the line now. */
  private leave(standing: 'elsewhere') {
    const had = this.was
    this.drop()
    this.release?.()
    this.release = undefined
    this.was = false
    this.takeOver = false
    if (!this.wanted) return
    this.set({ standing, calls: [] })
    // One that was taken from us is not fought for; one that we never had may be that of a window that is just going.
    if (!had) this.wait('hold', askAgainMS, () => void this.start())
  }

  private lost(refused = false) {
    this.drop()
    if (!this.wanted) return
    if (refused) return this.block('refused')
    this.set({ standing: this.was ? 'lost' : 'connecting' })
    this.wait('again', backOff(this.attempt++, this.world.chance()), () => this.connect())
  }
}
