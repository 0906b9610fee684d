import { readFileSync } from 'node:fs'
import { chromium } from '@playwright/test'

const url = 'http://127.0.0.1:18080'
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    '--allow-loopback-in-peer-connection',
    '--autoplay-policy=no-user-gesture-required',
  ],
})
const page = await (await b.newContext({ viewport: { width: 400, height: 680 }, locale: 'nb-NO' })).newPage()
page.on('console', m => console.log('console', m.type(), m.text()))
page.on('pageerror', e => console.log('err', e))
page.on('websocket', ws => {
  console.log(ws.url())
  ws.on('framereceived', f => console.log('<', String(f.payload).slice(0, 200)))
  ws.on('framesent', f => console.log('>', String(f.payload).slice(0, 90)))
  ws.on('close', () => console.log('closed'))
  ws.on('socketerror', e => console.log('sockerr', e))
})
await page.addInitScript(() => {
  const R = RTCPeerConnection
  window.pcs = []
  window.RTCPeerConnection = class extends R {
    constructor(...a) {
      super(...a)
      window.pcs.push(this)
    }
  }
})
await page.goto(url + '/brand/fjordglimt')
const key = await page.locator('script[data-key]').getAttribute('data-key')
console.log(key)
await page.goto(`${url}/widget/frame?key=${key}&lang=nb`)
await page.getByRole('button', { name: 'Ring herfra' }).click()
await page.waitForTimeout(500)
await page.screenshot({ path: '/tmp/webleg/shots/ask.png' })
await page.getByRole('button', { name: 'Start samtalen' }).click()
await page.waitForTimeout(6000)
console.log(
  await page.evaluate(() =>
    pcs.map(p => [p.connectionState, p.iceConnectionState, p.signalingState, p.remoteDescription?.sdp.slice(0, 80)]),
  ),
)
await page.getByRole('button', { name: 'Taster' }).click()
await page.waitForTimeout(300)
await page.screenshot({ path: '/tmp/webleg/shots/call.png' })
await page.getByRole('button', { name: 'Legg på' }).click()
await page.waitForTimeout(500)
await page.screenshot({ path: '/tmp/webleg/shots/callend.png' })
await b.close()
