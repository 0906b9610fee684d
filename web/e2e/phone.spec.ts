import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { test as base, type Centre, errors, expect, open, signIn, violations } from './centre.ts'
import { Telephone } from './telephones.ts'
import { exposeConnections, microphone } from './tones.ts'

// The goal: a call from a trunk is answered in a browser and tones go both ways, also over a hold, a reload, a transfer with words and another tab.

const test = base.extend<{ desk: BrowserContext }, { phone: Centre }>({
  phone: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const c = await open(false, '--sip', '127.0.0.1:0')
      await use(c.centre)
      c.close()
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
  desk: async ({}, use) => {
    const b = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${microphone(1000)}`,
        '--allow-loopback-in-peer-connection',
        '--autoplay-policy=no-user-gesture-required',
      ],
    })
    const context = await b.newContext({ locale: 'nb-NO', timezoneId: 'Europe/Oslo', viewport: { width: 1440, height: 900 } })
    await context.addInitScript(exposeConnections)
    await use(context)
    await b.close()
  },
})

/** The strongest tone that comes out of the page's line, in Hz, and its level. */
const hears = (page: Page) =>
  page.evaluate(async () => {
    const all = (window as unknown as { connections: RTCPeerConnection[] }).connections
    const track = all.findLast(p => p.connectionState === 'connected')?.getReceivers()[0]?.track
    if (!track) return { hz: 0, db: -200 }
    const context = new AudioContext()
    const analyser = context.createAnalyser()
    analyser.fftSize = 8192
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
    await new Promise(done => setTimeout(done, 600))
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    const top = bins.reduce((best, v, i) => (v > (bins[best] ?? -200) ? i : best), 0)
    const heard = { hz: (top * context.sampleRate) / analyser.fftSize, db: bins[top] ?? -200 }
    await context.close()
    return heard
  })
const expectTone = (page: Page, hz: number) =>
  expect(async () => {
    const h = await hears(page)
    expect(h.db).toBeGreaterThan(-60)
    expect(Math.abs(h.hz - hz)).toBeLessThan(15)
  }).toPass({ timeout: 12_000 })

const caller = (c: Centre, talk: string, ...more: string[]) =>
  new Telephone('call', '--server', c.sip, '--to', c.straight, '--from', '+4790000123', '--tone', '440', '--talk', talk, ...more)

async function ready(context: BrowserContext, centre: Centre): Promise<Page> {
  const page = await context.newPage()
  await signIn(page, centre, 'agent')
  await expect(page.getByRole('button', { name: 'Telefon: Telefon klar' })).toBeVisible()
  await page.getByRole('button', { name: /^(Ledig|Borte|Frakoblet|Pause) \d/ }).click()
  await page.getByRole('menuitemradio', { name: 'Ledig', exact: true }).click()
  await expect(page.getByRole('button', { name: /^Ledig \d/ })).toBeVisible()
  return page
}
const bar = (page: Page) => page.getByRole('region', { name: 'Telefonsamtale' })

async function answer(page: Page) {
  await expect(page.locator('.offer').first()).toContainText('+47 900 00 123')
  await page.keyboard.press('F8')
  await expect(bar(page)).toContainText('Snakker', { timeout: 10_000 })
}

/** Reason and done, so that the next test finds the agent free. */
async function wrapUp(page: Page) {
  const form = page.getByRole('form', { name: 'Etterarbeid' })
  await expect(form).toBeVisible({ timeout: 20_000 })
  await form
    .getByRole('group', { name: /Foreslåtte årsaker/ })
    .getByRole('button')
    .first()
    .click()
  await form.getByRole('button', { name: /^Ferdig/ }).click()
  await expect(form).toHaveCount(0)
}

test('a call rings, is answered with one key, and is heard both ways; hold, mute, reload', async ({ desk, phone }) => {
  const page = await ready(desk, phone)
  const wrong = errors(page)
  const customer = caller(phone, '40s', '--hear', '1000')
  await answer(page)
  await expectTone(page, 440)
  expect(await violations(page)).toEqual([])

  await page.keyboard.press('h')
  await expect(bar(page)).toContainText('På vent')
  await expect.poll(async () => Math.abs((await hears(page)).hz - 440) < 15 && (await hears(page)).db > -60, { timeout: 8000 }).toBe(false)
  await page.keyboard.press('h')
  await expectTone(page, 440)

  await page.keyboard.press('m')
  await expect(page.getByRole('button', { name: 'Slå på mikrofonen' })).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.press('m')

  const from = Date.now()
  await page.reload()
  await expect(bar(page)).toContainText('Snakker')
  await page.waitForFunction(() =>
    (window as unknown as { connections: RTCPeerConnection[] }).connections.some(p => p.connectionState === 'connected'),
  )
  const took = Date.now() - from
  await expectTone(page, 440)
  expect(took).toBeLessThan(process.env.CI ? 6000 : 4000) // the goal is 3 s of a quiet machine

  await page.keyboard.press('F9')
  const r = await customer.result()
  expect(r).toMatchObject({ outcome: 'answered', heard_hz: 1000 })
  await wrapUp(page)
  expect(wrong).toEqual([])
})

/** Somebody outside the centre, who answers at once and says a tone. The demo's trunk leads there. */
const outsider = (...more: string[]) =>
  new Telephone('listen', '--listen', '127.0.0.1:5070', '--ring', '500ms', '--calls', '1', '--for', '60s', ...more)

test('somebody outside is asked while the customer waits, all speak together, and the call is theirs', async ({ desk, phone }) => {
  const page = await ready(desk, phone)
  const friend = outsider('--tone', '700', '--hear', '1000')
  const customer = caller(phone, '30s', '--hear', '1000,700')
  await answer(page)
  await expectTone(page, 440)
  const tools = page.getByRole('toolbar', { name: 'Samtalens knapper' })
  await tools.getByRole('button', { name: 'Rådfør deg' }).click()
  const dialog = page.getByRole('dialog', { name: 'Be om råd' })
  await dialog.getByText('Nummer', { exact: true }).click()
  expect(await violations(page)).toEqual([])
  const number = dialog.getByRole('textbox', { name: 'Nummer utenfor sentralen' })
  await number.fill('+44 20 7946 0000') // the demo's plan allows the Nordic countries
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert').filter({ hasText: /\w/ }).first()).toBeVisible()
  await number.fill('900 00 456')
  await page.keyboard.press('Control+Enter')
  const third = page.getByRole('toolbar', { name: 'Den tredje i samtalen' })
  await expect(third).toBeVisible()
  await expect(bar(page)).toContainText('bare med deg', { timeout: 15_000 })
  await expectTone(page, 700)
  expect(await violations(page)).toEqual([])
  await third.getByRole('button', { name: 'Alle sammen' }).click()
  await expect(bar(page)).toContainText('med i samtalen')
  await third.getByRole('button', { name: 'Sett over' }).click()
  await expect(bar(page)).toHaveCount(0)
  await wrapUp(page)
  friend.stop() // whoever was given the call hangs up, and the customer's call is over
  const r = await customer.result()
  expect(r.outcome).toBe('answered')
  expect(r.heard?.map(h => h.share > 0)).toEqual([true, true])
})

test('a leader listens, whispers and joins in, and the agent sees it', async ({ desk, phone }) => {
  const page = await ready(desk, phone)
  const customer = caller(phone, '40s', '--hear', '1000')
  await answer(page)
  const office = await page
    .context()
    .browser()!
    .newContext({ locale: 'nb-NO', viewport: { width: 1280, height: 800 } })
  await office.addInitScript(exposeConnections)
  const leader = await office.newPage()
  await signIn(leader, phone, 'leader')
  await leader.goto(`${phone.url}/desk`)
  await leader.getByRole('button', { name: 'Telefon: Telefon klar' }).click()
  await leader.getByRole('menuitem', { name: 'Samtaler nå' }).click()
  const dialog = leader.getByRole('dialog', { name: 'Samtaler nå' })
  await expect(dialog.getByRole('listitem')).toHaveCount(1)
  expect(await violations(leader)).toEqual([])
  await dialog.getByRole('button', { name: 'Lytt' }).click()
  await expectTone(leader, 440)
  await expect(bar(page)).toContainText(/lytter/)
  const watching = leader.getByRole('toolbar', { name: 'Samtalens knapper' })
  await watching.getByRole('button', { name: 'Hvisk' }).click()
  await expect(bar(page)).toContainText(/hvisker til deg/)
  await watching.getByRole('button', { name: 'Snakk med begge' }).click()
  await expect(bar(page)).toContainText(/er med i samtalen/)
  expect(await violations(page)).toEqual([])
  await watching.getByRole('button', { name: 'Gå ut av samtalen' }).click()
  await expect(watching).toHaveCount(0)
  await page.bringToFront()
  await page.keyboard.press('F9')
  expect(await customer.result()).toMatchObject({ outcome: 'answered', heard_hz: 1000 })
  await wrapUp(page)
  await office.close()
})

test('a number in the palette is called, and the one who answers is heard', async ({ desk, phone }) => {
  const page = await ready(desk, phone)
  const friend = outsider('--tone', '700', '--hear', '1000')
  await page.waitForTimeout(4000) // the trunk is asked every three seconds whether somebody is there
  await page.keyboard.press('Control+k')
  const search = page.getByRole('textbox', { name: /Søk|Finn/ })
  await search.fill('900 00 456')
  await page.getByText('Ring 900 00 456').click()
  const dialog = page.getByRole('dialog', { name: 'Ring ut' })
  await expect(dialog).toBeVisible()
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Ring', exact: true }).click()
  await expect(bar(page)).toContainText('Snakker', { timeout: 15_000 })
  await expectTone(page, 700)
  await page.keyboard.press('F9')
  await wrapUp(page)
  friend.stop()
})

test('two tabs: one has the line, the other says so and can take it, in the middle of a call too', async ({ desk, phone }) => {
  const first = await ready(desk, phone)
  const customer = caller(phone, '25s', '--hear', '1000')
  await answer(first)
  const second = await desk.newPage()
  await second.goto(`${phone.url}/desk`)
  const there = second.getByRole('button', { name: 'Telefon: I en annen fane' })
  await expect(there).toBeVisible()
  await there.click()
  await second.getByRole('menuitem', { name: 'Ta linjen hit' }).click()
  await expect(second.getByRole('button', { name: 'Telefon: Telefon klar' })).toBeVisible()
  await expect(first.getByRole('button', { name: 'Telefon: I en annen fane' })).toBeVisible()
  await expectTone(second, 440)
  await second.keyboard.press('F9')
  expect(await customer.result()).toMatchObject({ outcome: 'answered', heard_hz: 1000 })
  await second.goto(`${phone.url}/desk`)
  await second.getByRole('button', { name: /Etterarbeid/ }).click()
  await wrapUp(second)
})

test('a network that goes and comes back: the call is there again, and so is the sound', async ({ desk, phone }) => {
  const page = await ready(desk, phone)
  const customer = caller(phone, '30s', '--hear', '1000')
  await answer(page)
  await expectTone(page, 440)
  // The sound's way is cut as a lost network cuts it: nothing more arrives, and nobody says goodbye.
  await page.evaluate(() => {
    for (const p of (window as unknown as { connections: RTCPeerConnection[] }).connections) p.close()
  })
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await expectTone(page, 440)
  await expect(bar(page)).toContainText('Snakker')
  await page.keyboard.press('F9')
  expect(await customer.result()).toMatchObject({ outcome: 'answered', heard_hz: 1000 })
  await wrapUp(page)
})

test('no microphone: said in words, with what to do, and nothing rings here', async ({ desk, phone }) => {
  const page = await desk.newPage()
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))
    navigator.permissions.query = () => Promise.resolve({ state: 'denied' } as PermissionStatus)
  })
  await signIn(page, phone, 'agent')
  await expect(page.getByText('Nettleseren slipper ikke telefonen til mikrofonen', { exact: false }).first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Telefon: Telefonen virker ikke' })).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('a visitor calls from the brand’s page', async ({ desk, phone }) => {
  const page = await ready(desk, phone)
  const visitor = await desk.newPage()
  await visitor.goto(`${phone.url}/widget/frame?key=${await widgetKey(visitor, phone)}&lang=nb`)
  await visitor.getByRole('button', { name: 'Ring herfra' }).click()
  await expect(visitor.getByText('bare så lenge samtalen varer', { exact: false })).toBeVisible()
  expect(await violations(visitor)).toEqual([])
  await visitor.getByRole('button', { name: 'Start samtalen' }).click()
  await expect(visitor.getByRole('status').first()).toContainText(/menyen|kø/, { timeout: 10_000 })
  await visitor.getByRole('button', { name: 'Taster' }).click()
  // Whatever the menu asks, 0 leads to a person.
  await expect(async () => {
    await visitor.getByRole('button', { name: '0', exact: true }).click()
    await expect(page.locator('.offer').first()).toBeVisible({ timeout: 3000 })
  }).toPass({ timeout: 40_000 })
  await page.bringToFront()
  await page.keyboard.press('F8')
  await expectTone(page, 1000) // the visitor's browser has the same microphone
  await expect(visitor.getByRole('status').first()).toContainText('Du snakker med')
  await visitor.bringToFront()
  await expectTone(visitor, 1000)
  await visitor.getByRole('button', { name: 'Legg på' }).click()
  await expect(visitor.getByText('Samtalen er over.')).toBeVisible()
  await page.bringToFront()
  await wrapUp(page)
})

/** The public key of the demo's Norwegian brand, as its page tells it. */
async function widgetKey(page: Page, centre: Centre): Promise<string> {
  await page.goto(`${centre.url}/brand/fjordglimt`)
  const key = await page.locator('script[data-key]').getAttribute('data-key')
  if (!key) throw new Error('the brand’s page has no chat')
  return key
}
