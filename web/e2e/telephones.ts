import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import {
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect, type Socket as Stream } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { decodeG711, type Ear, encodeMu, keyTones, shares, sines, wav } from './tones.ts'

// Other people's telephones (baresip, sipp) and our own, as customers and as whom the centre calls.

/** `n` UDP ports in a row, the first even, that nobody has at the moment. */
export async function freePorts(n: number): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const first = 20_000 + 2 * Math.floor(Math.random() * 2000)
    const sockets: Socket[] = []
    try {
      for (let i = 0; i < n; i++) {
        const s = createSocket('udp4')
        sockets.push(s)
        s.bind(first + i, '127.0.0.1')
        await once(s, 'listening')
      }
      return first
    } catch {
      // the next one
    } finally {
      for (const s of sockets) s.close()
    }
  }
  throw new Error('no free ports')
}

const ears = 0.3

/** baresip, driven over its control port; what it hears is what its sndfile module writes. */
export class Baresip implements Ear {
  readonly name = 'baresip'
  private constructor(
    private dir: string,
    readonly port: number,
    private process: ChildProcess,
    private control: Stream,
  ) {}
  private text = ''
  /** The events so far, newest last: CALL_ESTABLISHED and so on. */
  readonly events: string[] = []

  /** Starts one that is known by `user`, says `hz`. `auto` answers by itself; */
  static async start(o: { user: string; hz: number; port?: number; auto?: boolean; more?: string; server?: string }): Promise<Baresip> {
    const dir = mkdtempSync(join(tmpdir(), 'sentral-baresip-'))
    const port = o.port ?? (await freePorts(8))
    const modules = [
      '/usr/lib/baresip/modules',
      '/usr/lib/x86_64-linux-gnu/baresip/modules',
      '/usr/lib/aarch64-linux-gnu/baresip/modules',
    ].find(d => existsSync(join(d, 'g711.so')))
    if (!modules) throw new Error('baresip is not installed (Debian: baresip-core): run .ci/tools')
    mkdirSync(join(dir, 'heard'))
    writeFileSync(join(dir, 'tone.wav'), wav(sines([o.hz], 240, 8000), 8000))
    writeFileSync(
      join(dir, 'accounts'),
      `<sip:${o.user}@${o.server ?? `127.0.0.1:${port}`}>;regint=0;answermode=${o.auto ? 'auto' : 'manual'};audio_codecs=PCMU/8000/1,PCMA/8000/1${o.more ?? ''}\n`,
    )
    writeFileSync(join(dir, 'contacts'), '')
    writeFileSync(
      join(dir, 'config'),
      `module_path ${modules}
module stdio.so
module g711.so
module aufile.so
module srtp.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
net_interface 127.0.0.1
sip_listen 127.0.0.1:${port}
ctrl_tcp_listen 127.0.0.1:${port + 2}
audio_source aufile,${join(dir, 'tone.wav')}
audio_player aufile,${join(dir, 'played.wav')}
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports ${port + 4}-${port + 7}
call_max_calls 4
snd_path ${join(dir, 'heard')}
`,
    )
    const process = spawn('baresip', ['-f', dir], { stdio: ['pipe', 'pipe', 'pipe'] })
    let said = ''
    for (const out of [process.stdout, process.stderr]) out?.on('data', d => (said = (said + String(d)).slice(-4000)))
    const control = await new Promise<Stream>((done, fail) => {
      process.once('exit', code => fail(new Error(`baresip ended with ${code}: ${said}`)))
      const again = () => {
        const s = connect(port + 2, '127.0.0.1')
        s.once('connect', () => done(s))
        s.once('error', () => setTimeout(again, 50))
      }
      again()
    })
    const b = new Baresip(dir, port, process, control)
    control.on('data', d => b.read(String(d)))
    control.on('error', () => undefined)
    return b
  }

  private read(more: string) {
    this.text += more
    for (let m = /^(\d+):/.exec(this.text); m; m = /^(\d+):/.exec(this.text)) {
      const end = m[0].length + Number(m[1])
      if (this.text.length <= end) return
      const told = JSON.parse(this.text.slice(m[0].length, end)) as { event?: boolean; type?: string }
      this.text = this.text.slice(end + 1)
      if (told.event && told.type) this.events.push(told.type)
    }
  }

  do(command: string, params = '') {
    const text = JSON.stringify({ command, params })
    this.control.write(`${text.length}:${text},`)
  }
  dial(server: string, to: string) {
    this.events.length = 0
    this.do('dial', `sip:${to}@${server}`)
  }
  async established(within = 15_000) {
    await expect.poll(() => this.events, { timeout: within }).toContain('CALL_ESTABLISHED')
  }
  async over(within = 15_000) {
    await expect.poll(() => this.events, { timeout: within }).toContain('CALL_CLOSED')
  }
  /** Presses keys as events (RFC 4733). */
  press(keys: string) {
    for (const k of keys) this.do('sndcode', k)
  }

  async hears(hz: number[]): Promise<number[]> {
    const files = readdirSync(join(this.dir, 'heard'))
      .filter(f => f.endsWith('-dec.wav'))
      .map(f => join(this.dir, 'heard', f))
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
    const file = files[0]
    if (!file || Date.now() - statSync(file).mtimeMs > 1000) return hz.map(() => 0)
    const fd = openSync(file, 'r')
    const want = ears * 16_000
    const data = Buffer.alloc(want)
    const at = Math.max(44, fstatSync(fd).size - want)
    const got = readSync(fd, data, 0, want, at - (at % 2))
    return shares(new Int16Array(data.buffer, data.byteOffset, got >> 1), 8000, hz)
  }

  stop() {
    this.control.destroy()
    this.process.removeAllListeners('exit')
    this.process.once('exit', () => rmSync(this.dir, { recursive: true, force: true }))
    this.process.kill('SIGKILL')
  }
}

/**
 * A wire between sipp and the centre: it passes SIP and RTP on, with the ports in them made its own, and listens to what sipp is sent. sipp cannot say what it
 * hears, and nobody needs to be root for this.
 */
class Wire implements Ear {
  readonly name = 'sipp'
  private octets: number[] = []
  private law: 'mu' | 'a' = 'mu'
  private last = 0
  private sipp?: RemoteInfo
  private media: { sipp?: number; centre?: number } = {}
  private constructor(
    readonly port: number,
    private server: { host: string; port: number },
    private near: Socket,
    private far: Socket,
    private nearSound: Socket,
    private farSound: Socket,
  ) {}

  static async open(server: string): Promise<Wire> {
    const [host = '127.0.0.1', port = '5060'] = server.split(':')
    const sockets = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const s = createSocket('udp4')
        s.bind(0, '127.0.0.1')
        await once(s, 'listening')
        return s
      }),
    )
    const [near, far, nearSound, farSound] = sockets as [Socket, Socket, Socket, Socket]
    const w = new Wire(near.address().port, { host, port: Number(port) }, near, far, nearSound, farSound)
    near.on('message', (m, from) => w.out(m, from))
    far.on('message', m => w.back(m))
    nearSound.on('message', m => w.media.centre && farSound.send(m, w.media.centre, '127.0.0.1'))
    farSound.on('message', m => w.sound(m))
    return w
  }

  /** What sipp says, as the centre shall see it: all addresses are ours. */
  private out(m: Buffer, from: RemoteInfo) {
    this.sipp = from
    const ours = this.far.address().port
    const text = this.described(String(m), p => {
      this.media.sipp = p
      return this.farSound.address().port
    }).replaceAll(`127.0.0.1:${from.port}`, `127.0.0.1:${ours}`)
    this.far.send(text, this.server.port, this.server.host)
  }
  private back(m: Buffer) {
    if (!this.sipp) return
    const text = this.described(String(m), p => {
      this.media.centre = p
      return this.nearSound.address().port
    }).replaceAll(`127.0.0.1:${this.far.address().port}`, `127.0.0.1:${this.sipp.port}`)
    this.near.send(text, this.sipp.port, '127.0.0.1')
  }
  /** The message with another port for its sound, and the length that it then has. */
  private described(text: string, port: (p: number) => number): string {
    const at = text.indexOf('\r\n\r\n')
    const body = text.slice(at + 4).replace(/^m=audio (\d+)/m, (_, p) => `m=audio ${port(Number(p))}`)
    return `${text.slice(0, at).replace(/^(Content-Length|l)\s*:.*$/im, `Content-Length: ${Buffer.byteLength(body)}`)}\r\n\r\n${body}`
  }
  private sound(m: Buffer) {
    if (this.media.sipp) this.nearSound.send(m, this.media.sipp, '127.0.0.1')
    const type = (m[1] ?? 0) & 0x7f
    if (type !== 0 && type !== 8) return
    this.law = type === 8 ? 'a' : 'mu'
    this.last = Date.now()
    this.octets.push(...m.subarray(12))
    this.octets.splice(0, Math.max(0, this.octets.length - ears * 8000))
  }
  async hears(hz: number[]): Promise<number[]> {
    if (Date.now() - this.last > 1000) return hz.map(() => 0)
    return shares(decodeG711(Uint8Array.from(this.octets), this.law), 8000, hz)
  }
  close() {
    for (const s of [this.near, this.far, this.nearSound, this.farSound]) s.close()
  }
}

/** sipp, which calls and says a tone until the other side hangs up. */
export class Sipp implements Ear {
  readonly name = 'sipp'
  private said = ''
  /** Ends with sipp's exit code: 0 when everything went as its scenario says. */
  readonly done: Promise<number | null>
  private constructor(
    private wire: Wire,
    private process: ChildProcess,
    dir: string,
  ) {
    for (const out of [process.stdout, process.stderr]) out?.on('data', d => (this.said = (this.said + String(d)).slice(-3000)))
    this.done = new Promise(end =>
      process.once('exit', code => {
        wire.close()
        rmSync(dir, { recursive: true, force: true })
        end(code)
      }),
    )
  }
  /** Calls and says a tone; with `key`, presses that key as sound every five seconds instead. */
  static async call(o: { server: string; to: string; from: string; hz: number; key?: string }): Promise<Sipp> {
    const dir = mkdtempSync(join(tmpdir(), 'sentral-sipp-'))
    const wire = await Wire.open(o.server)
    const port = await freePorts(6)
    const says = o.key ? [...new Int16Array(40_000), ...keyTones(o.key, 8000)] : sines([o.hz], 10, 8000)
    writeFileSync(join(dir, 'sound.ul'), encodeMu(Int16Array.from(says)))
    const scene = readFileSync(new URL('sipp/customer.xml', import.meta.url), 'utf8')
    writeFileSync(join(dir, 'customer.xml'), scene.replaceAll('SOUND', join(dir, 'sound.ul')).replaceAll('FROM', o.from))
    const args = [
      '-sf',
      'customer.xml',
      '-s',
      o.to,
      '-i',
      '127.0.0.1',
      '-mi',
      '127.0.0.1',
      '-mp',
      `${port + 2}`,
      '-p',
      `${port}`,
      '-m',
      '1',
      '-nostdin',
    ]
    const process = spawn('sipp', [`127.0.0.1:${wire.port}`, ...args, '-trace_err', '-error_file', 'errors'], {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return new Sipp(wire, process, dir)
  }
  hears(hz: number[]) {
    return this.wire.hears(hz)
  }
  async over() {
    const code = await this.done
    expect(code, this.said).toBe(0)
  }
  stop() {
    this.process.kill('SIGKILL')
  }
}

export type Result = { outcome: string; heard_hz?: number; lost_packets: number; ended_by?: string; heard?: { share: number }[] }

/** Our own test phone. */
export class Telephone {
  private text = ''
  private process: ChildProcess
  private end: Promise<void>
  constructor(...args: string[]) {
    this.process = spawn(process.env.SENTRAL_BINARY ?? '../bin/sentral', ['testphone', ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.process.stdout?.on('data', d => {
      this.text += String(d)
    })
    this.end = new Promise(done => this.process.on('exit', () => done()))
  }
  /** What the telephone tells when its call is over. */
  async result(): Promise<Result> {
    await this.end
    return JSON.parse(this.text) as Result
  }
  stop() {
    this.process.kill('SIGTERM')
  }
}
