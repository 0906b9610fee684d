import type { Page } from '@playwright/test'
import { errors, expect, signIn, test, violations } from './centre.ts'
import { finish, ready, take } from './people.ts'

/** Closes every queue of the centre, as an administrator would, and opens them again afterwards. */
async function closed(page: Page, inside: () => Promise<void>) {
  const version = await page.evaluate(async () => {
    const now = await (await fetch('/api/config')).json()
    const body = { ...now.document, hours: now.document.hours.map((h: object) => ({ ...h, week: [], exceptions: [] })) }
    const put = await fetch(`/api/config?base=${now.version}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    return ((await put.json()) as { version: number }).version
  })
  try {
    await inside()
  } finally {
    await page.evaluate(async v => {
      await fetch('/api/config/undo', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ version: v }),
      })
    }, version)
  }
}

test('while it is closed a customer leaves a message, and finds the answer in the chat on coming back', async ({
  page,
  browser,
  centre,
}) => {
  const words = 'Måleren viser feil. Kan noen se på det?'
  const admin = await (await browser.newContext({ locale: 'nb-NO' })).newPage()
  await signIn(admin, centre, 'administrator')
  await closed(admin, async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'nb-NO' })
    let chat = await context.newPage()
    const seen = errors(chat)
    await chat.goto(`${centre.url}/widget/frame?key=fjordglimt-nett&lang=nb`)
    await expect(chat.getByText('Stengt nå').first()).toBeVisible()
    await expect(chat.getByText('Legg igjen en melding.')).toBeVisible()
    expect(await violations(chat)).toEqual([])
    await chat.getByRole('textbox', { name: /melding/i }).fill(words)
    await chat.getByRole('button', { name: 'Send' }).click()
    await expect(chat.getByRole('alert')).toHaveText('Vi trenger e-postadressen din for å vite hvem vi svarer')
    await chat.getByRole('textbox', { name: 'E-post' }).fill('kari@kunde.example')
    await chat.getByRole('button', { name: 'Send' }).click()
    await expect(chat.getByText('Meldingen din er mottatt')).toBeVisible()
    expect(await violations(chat)).toEqual([])
    expect(seen).toEqual([])
    await chat.close() // the customer goes to bed

    await ready(page, centre)
    const answer = await take(page, words)
    await expect(page.getByText('kari@kunde.example').first()).toBeVisible()
    await answer.fill('Vi bytter måleren på torsdag.')
    await answer.press('Control+Enter')
    await expect(page.getByRole('log').getByText('Vi bytter måleren på torsdag.')).toBeVisible()
    await finish(page)

    chat = await context.newPage()
    await chat.goto(`${centre.url}/widget/frame?key=fjordglimt-nett&lang=nb`)
    await expect(chat.getByText('Vi bytter måleren på torsdag.')).toBeVisible()
    await context.close()
  })
  await admin.context().close()
})
