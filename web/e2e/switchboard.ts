import { type Browser, chromium, type Page } from '@playwright/test'
import { test as base, type Centre, expect, open, signIn } from './centre.ts'
import { freePorts } from './telephones.ts'
import { earOf, expectHears, exposeConnections, microphone, tones } from './tones.ts'

// A demo centre with a phone whose trunk leads to a port of the test's own, and people who sit at real browsers with a tone as their voice.

export type Person = { email: string; password: string }
/** `outside` is the port at which the centre expects everybody whom it calls. */
export type Switchboard = Centre & {
  outside: number
  administer: <T>(method: string, path: string, body?: unknown) => Promise<T>
  cookie: () => string
  colleague: Person
  /** Waits until the trunk has found somebody at `outside`, whom the centre can call from then on. */
  reachable: () => Promise<void>
}

type Document = {
  phone: { trunks: { key: string; host: string }[]; wait: { callback_above_s: number } }
}

async function administration(c: Centre) {
  const p = c.people.administrator
  const headers: Record<string, string> = { Origin: c.url, 'Content-Type': 'application/json' }
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const r = await fetch(c.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${await r.text()}`)
    const cookie = r.headers.getSetCookie()[0]
    if (cookie && !headers.Cookie) headers.Cookie = cookie.split(';')[0] ?? ''
    const text = await r.text()
    return (text ? JSON.parse(text) : undefined) as T
  }
  await call('POST', '/api/session', p)
  return { call, cookie: () => headers.Cookie ?? '' }
}

/** Lets the demo's trunk lead to `outside`, offers callbacks at once, and invites a second agent. */
async function prepare(c: Centre): Promise<Switchboard> {
  const outside = await freePorts(8)
  const { call: administer, cookie } = await administration(c)
  const { version, document } = await administer<{ version: number; document: Document }>('GET', '/api/config')
  for (const t of document.phone.trunks) if (t.key === 'lokal') t.host = `127.0.0.1:${outside}`
  document.phone.wait.callback_above_s = 0
  await administer('PUT', `/api/config?base=${version}`, document)
  const people = await administer<{ id: number; email: string }[]>('GET', '/api/config/people')
  const colleague = people.find(p => p.email.startsWith('camilla.fossgard'))
  if (!colleague) throw new Error('the demo has no second agent')
  const { link } = await administer<{ link: string }>('POST', `/api/people/${colleague.id}/invite`)
  const password = 'fire-ganger-tolv-er-48'
  const r = await fetch(`${c.url}/api/session/welcome`, {
    method: 'POST',
    headers: { Origin: c.url, 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: link.split('#')[1], password }),
  })
  if (!r.ok) throw new Error(`the invitation: ${r.status} ${await r.text()}`)
  const reachable = () =>
    expect
      .poll(
        async () => (await administer<{ key: string; state: string }[]>('GET', '/api/phone/trunks')).find(t => t.key === 'lokal')?.state,
        {
          timeout: 15_000,
        },
      )
      .toBe('up')
  return { ...c, outside, administer, cookie, reachable, colleague: { email: colleague.email, password } }
}

/** A person at a desk. */
export class Seat {
  constructor(
    readonly page: Page,
    readonly name: 'agent' | 'colleague' | 'leader',
  ) {}
  bar = () => this.page.getByRole('region', { name: 'Telefonsamtale' })
  tool = (name: string | RegExp) =>
    this.page.getByRole('toolbar', { name: 'Samtalens knapper' }).getByRole('button', { name, exact: typeof name === 'string' })
  third = (name: string) => this.page.getByRole('toolbar', { name: 'Den tredje i samtalen' }).getByRole('button', { name, exact: true })
  offer = () => this.page.locator('.offer').first()
  ear = () => earOf(this.page, this.name)
  hears = (whom: Parameters<typeof expectHears>[1], within?: number) => expectHears(this.ear(), whom, within)

  async say(status: 'Ledig' | 'Annet arbeid') {
    const now = this.page.getByRole('button', { name: /^(Ledig|Borte|Frakoblet|Annet arbeid) \d/ })
    if ((await now.textContent())?.startsWith(status)) return
    await now.click()
    await this.page.getByRole('menuitemradio', { name: status, exact: true }).click()
    await expect(this.page.getByRole('button', { name: new RegExp(`^${status} \\d`) })).toBeVisible()
  }
  /** Answers what rings, with one click. */
  async answer(within = 20_000) {
    await this.offer()
      .getByRole('button', { name: /^Svar|^Ta / })
      .click({ timeout: within })
    await expect(this.bar()).toContainText('Snakker', { timeout: 10_000 })
  }
  async hangUp() {
    await this.tool('Legg på').click()
  }
  /** Reason and done, so that the next call finds the person free. */
  async wrapUp() {
    const form = this.page.getByRole('form', { name: 'Etterarbeid' })
    await expect(form).toBeVisible({ timeout: 20_000 })
    await form
      .getByRole('group', { name: /Foreslåtte årsaker/ })
      .getByRole('button')
      .first()
      .click()
    await form.getByRole('button', { name: /^Ferdig/ }).click()
    await expect(form).toHaveCount(0)
  }
  /** Hands over or asks for advice; `whom` is the radio to choose, the number outside, or empty for the leader. */
  async handOver(kind: 'Sett over' | 'Rådfør deg', to: 'Person' | 'Kø' | 'Team' | 'Leder' | 'Nummer', whom: string | RegExp = '') {
    await this.tool(kind).click()
    const dialog = this.page.getByRole('dialog', { name: kind === 'Sett over' ? 'Sett over' : 'Be om råd' })
    await dialog.getByText(to, { exact: true }).first().click()
    if (to === 'Nummer') await dialog.getByRole('textbox', { name: 'Nummer utenfor sentralen' }).fill(String(whom))
    else {
      if (to !== 'Leder') await dialog.getByRole('radio', { name: whom }).check()
      await dialog.getByRole('textbox', { name: /Hva bør den neste vite/ }).fill('Kunden har en tone å høre på.')
    }
    await this.page.keyboard.press('Control+Enter')
    await expect(dialog).toHaveCount(0)
  }
}

/** A browser of its own for each person: Chromium has one microphone for all of its windows. */
async function seat(centre: Centre, name: Seat['name'], who: Person): Promise<{ seat: Seat; browser: Browser }> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone(tones[name])}`,
      '--allow-loopback-in-peer-connection',
      '--autoplay-policy=no-user-gesture-required',
    ],
  })
  const context = await browser.newContext({ locale: 'nb-NO', timezoneId: 'Europe/Oslo', viewport: { width: 1440, height: 900 } })
  await context.addInitScript(exposeConnections)
  const page = await context.newPage()
  page.on('response', r => {
    if (r.status() >= 400) console.log(`    ${name}: ${r.status()} ${r.request().method()} ${r.url().slice(centre.url.length)}`)
  })
  page.setDefaultTimeout(20_000)
  await signIn(page, { ...centre, people: { ...centre.people, agent: who } }, 'agent')
  await page.goto(`${centre.url}/desk`)
  await expect(page.getByRole('button', { name: 'Telefon: Telefon klar' })).toBeVisible({ timeout: 20_000 })
  return { seat: new Seat(page, name), browser }
}

/** `phone` is the centre; `agent`, `colleague` and `leader` are people at their desks, whose lines are ready and who take no calls before they say so. */
export const test = base.extend<object, { phone: Switchboard; agent: Seat; colleague: Seat; leader: Seat }>({
  phone: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const c = await open(false, '--sip', process.env.E2E_SIP ?? '127.0.0.1:0')
      await use(await prepare(c.centre))
      c.close()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  agent: [
    async ({ phone }, use) => {
      const s = await seat(phone, 'agent', phone.people.agent)
      await use(s.seat)
      await s.browser.close()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  colleague: [
    async ({ phone }, use) => {
      const s = await seat(phone, 'colleague', phone.colleague)
      await use(s.seat)
      await s.browser.close()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  leader: [
    async ({ phone }, use) => {
      const s = await seat(phone, 'leader', phone.people.leader)
      await use(s.seat)
      await s.browser.close()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
})
export { expect }
