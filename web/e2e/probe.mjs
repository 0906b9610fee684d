import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chromium } from '@playwright/test'

const log = readFileSync('/tmp/webleg/demo.log', 'utf8')
const url = /open at (\S+)/.exec(log)[1]
const [, email, password] = /agent\s+(\S+)\s+(\S+)/.exec(log)
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    '--use-file-for-fake-audio-capture=/tmp/webleg/tone1000.wav',
    '--allow-loopback-in-peer-connection',
    '--autoplay-policy=no-user-gesture-required',
  ],
})
const ctx = await b.newContext({ viewport: { width: 1440, height: 900 }, locale: 'nb-NO', permissions: ['microphone'] })
await ctx.addInitScript(() => {
  const R = RTCPeerConnection
  window.pcs = []
  window.RTCPeerConnection = class extends R {
    constructor(...a) {
      super(...a)
      window.pcs.push(this)
    }
  }
})
const page = await ctx.newPage()
page.on('console', m => console.log('console', m.type(), m.text()))
const t0 = Date.now()
const at = () => ((Date.now() - t0) / 1000).toFixed(2)
page.on('websocket', ws => {
  ws.on('framereceived', f => {
    const s = String(f.payload)
    if (!s.includes('pong')) console.log(at(), '<', s.slice(0, 900))
  })
  ws.on('framesent', f => {
    const s = String(f.payload)
    if (!s.includes('"ping"')) console.log(at(), '>', s.slice(0, 90))
  })
  ws.on('close', () => console.log(at(), 'ws closed'))
})
const shot = n => page.screenshot({ path: `/tmp/webleg/shots/${n}.png` })
const tone = async () =>
  page.evaluate(async () => {
    const pc = window.pcs.findLast(p => p.connectionState === 'connected')
    const r = pc.getReceivers()[0].track
    const c = new AudioContext()
    const a = c.createAnalyser()
    a.fftSize = 8192
    c.createMediaStreamSource(new MediaStream([r])).connect(a)
    await new Promise(d => setTimeout(d, 600))
    const f = new Float32Array(a.frequencyBinCount)
    a.getFloatFrequencyData(f)
    let m = 0
    f.forEach((v, i) => {
      if (v > f[m]) m = i
    })
    const hz = (m * c.sampleRate) / 8192
    void c.close()
    return [Math.round(hz), Math.round(f[m])]
  })
await page.goto(url + '/sign-in')
await page.fill('#email', email)
await page.fill('#password', password)
await page.getByRole('button', { name: 'Logg inn' }).click()
await page.waitForURL(/desk/)
await page.getByRole('button', { name: /Telefon klar|Telefon: Telefon klar/ }).waitFor()
await page.getByRole('button', { name: 'Meld meg ledig' }).click()
const phone = spawn('/tmp/webleg/bin/sentral', [
  'testphone',
  'call',
  '--server',
  '127.0.0.1:15060',
  '--to',
  '+4722000199',
  '--from',
  '+4790000123',
  '--tone',
  '440',
  '--hear',
  '1000',
  '--talk',
  process.env.TALK ?? '14s',
  '--json',
])
let out = ''
phone.stdout.on('data', d => (out += d))
phone.stderr.on('data', d => console.log('phone err', String(d)))
await page.locator('.offer').first().waitFor({ timeout: 20000 })
console.log(at(), 'ringing')
await page.waitForTimeout(600)
await shot('ringing')
await page.keyboard.press('F8')
await page.getByRole('region', { name: 'Telefonsamtale' }).waitFor()
console.log(at(), 'bar')
await page.waitForTimeout(2500)
console.log(at(), 'hears', await tone())
await shot('talking')
const m = await import(process.env.STEP ?? 'data:text/javascript,export default async()=>{}')
await m.default?.({ page, shot, tone, at })
phone.on('exit', c => console.log('phone', c, out))
await new Promise(r => (phone.exitCode === null ? phone.on('exit', r) : r()))
await page.waitForTimeout(1200)
await shot('after')
await b.close()
