import { expect, signIn, test, violations } from './centre.ts'
import { finish, ready, take, write } from './people.ts'

test('a note stays inside: neither the chat nor anything sent to the customer’s browser holds it', async ({ page, browser, centre }) => {
  await ready(page, centre)
  const customer = await write(browser, centre, 'Hvem har lest av måleren?')
  const reply = await take(page, 'Hvem har lest av måleren?')
  await page.getByRole('log').first().focus()
  await page.keyboard.press('n')
  await page.getByRole('textbox', { name: 'Internt notat' }).fill('Hemmelig: kunden er på listen')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('article').filter({ hasText: 'Hemmelig' })).toContainText('bare internt')
  await page.getByRole('log').first().focus()
  await page.keyboard.press('r')
  await reply.fill('Det gjorde vi i går.')
  await reply.press('Enter')
  await expect(customer.chat.getByText('Det gjorde vi i går.')).toBeVisible()
  expect(await customer.chat.content()).not.toContain('Hemmelig')
  expect(customer.heard()).not.toContain('Hemmelig')
  await finish(page)
})

test('a reply written without a network goes when it is back, once', async ({ page, browser, centre, context }) => {
  await ready(page, centre)
  const customer = await write(browser, centre, 'Er dere der?')
  const reply = await take(page, 'Er dere der?')
  await context.setOffline(true)
  await reply.fill('Ja, nå er vi her.')
  await reply.press('Enter')
  await expect(page.getByText('Ikke sendt ennå', { exact: false })).toBeVisible()
  await context.setOffline(false)
  await expect(customer.chat.getByText('Ja, nå er vi her.')).toBeVisible()
  await expect(page.getByText('Ikke sendt ennå', { exact: false })).toHaveCount(0)
  await expect(page.getByRole('log').getByText('Ja, nå er vi her.')).toHaveCount(1)
  await expect(customer.chat.getByText('Ja, nå er vi her.')).toHaveCount(1)
  await finish(page)
})

test('an answer lost on its way back is asked for again and not said twice', async ({ page, browser, centre }) => {
  await ready(page, centre)
  const customer = await write(browser, centre, 'Kommer svaret to ganger?')
  const reply = await take(page, 'Kommer svaret to ganger?')
  let lost = 0
  await page.route('**/api/contacts/*/messages', async route => {
    if (route.request().method() === 'POST' && lost++ === 0) {
      await route.fetch() // the server has it
      return route.abort('connectionreset') // and the desk never hears
    }
    return route.continue()
  })
  await reply.fill('Nei, bare én gang.')
  await reply.press('Enter')
  await expect.poll(() => lost).toBeGreaterThan(1)
  await expect(customer.chat.getByText('Nei, bare én gang.')).toHaveCount(1)
  await expect(page.getByRole('log').getByText('Nei, bare én gang.')).toHaveCount(1)
  await page.unroute('**/api/contacts/*/messages')
  await finish(page)
})

test('two tabs are one desk: what is done in one is seen in the other, and a draft follows', async ({ page, browser, centre, context }) => {
  await ready(page, centre)
  const customer = await write(browser, centre, 'To faner?')
  const reply = await take(page, 'To faner?')
  await reply.fill('Et halvferdig sv')
  await expect(page.getByText('Utkast lagret')).toBeVisible()
  const other = await context.newPage()
  await other.goto(page.url())
  const there = other.getByRole('textbox', { name: /^Svar til/ })
  await expect(there).toHaveValue('Et halvferdig sv')
  await there.fill('Et helt svar')
  await there.press('Enter')
  await expect(page.getByRole('log').getByText('Et helt svar')).toHaveCount(1)
  await expect(customer.chat.getByText('Et helt svar')).toHaveCount(1)
  await other.close()
  await page.reload()
  await expect(page.getByRole('log').getByText('Et helt svar')).toHaveCount(1)
  await finish(page)
})

test('both sides see that the other writes and reads', async ({ page, browser, centre }) => {
  await ready(page, centre)
  const customer = await write(browser, centre, 'Ser du meg?')
  const reply = await take(page, 'Ser du meg?')
  await reply.pressSequentially('Jeg s', { delay: 30 })
  await expect(customer.chat.getByText(/skriver/)).toBeVisible()
  await reply.fill('Jeg ser deg.')
  await reply.press('Enter')
  await expect(page.getByRole('log').getByText(/Lest \d/)).toBeVisible()
  await customer.chat
    .getByRole('textbox', { name: /melding|skriv/i })
    .first()
    .pressSequentially('Fint', { delay: 30 })
  await expect(page.getByRole('log').getByText(/skriver/)).toBeVisible()
  await finish(page)
})

test('nynorsk is nynorsk in Chromium too: no American clock or weekday', async ({ page, centre }) => {
  await signIn(page, centre, 'agent')
  await page.evaluate(async () => {
    const me = await (await fetch('/api/me')).json()
    await fetch('/api/me/preferences', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...me.preferences, language: 'nn' }),
    })
  })
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Skrivebord' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'nn')
  await page.goto(`${centre.url}/wall`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.locator('main')).not.toContainText(/\d (AM|PM)|day\b/)
  await page.evaluate(async () => {
    const me = await (await fetch('/api/me')).json()
    await fetch('/api/me/preferences', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...me.preferences, language: 'nb' }),
    })
  })
})

for (const colorScheme of ['light', 'dark'] as const)
  test(`every state of the desk, ${colorScheme}, is content with axe at both sizes`, async ({ page, browser, centre }) => {
    await page.emulateMedia({ colorScheme })
    const both = async (state: string) => {
      for (const [width, height] of [
        [390, 844],
        [1440, 900],
      ] as const) {
        await page.setViewportSize({ width, height })
        expect(await violations(page), `${state} at ${width}`).toEqual([])
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          `${state} at ${width}: no sideways scroll`,
        ).toBe(true)
      }
    }
    await ready(page, centre)
    await write(browser, centre, `Farger i ${colorScheme}?`)
    await expect(page.locator('.offer').first()).toBeVisible()
    await both('an offer')
    await take(page, `Farger i ${colorScheme}?`)
    await both('a conversation')
    const pressed = async (key: string, state: string) => {
      await page.getByRole('log').first().focus()
      await page.keyboard.press(key)
      await expect(page.getByRole('dialog')).toBeVisible()
      await both(state)
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toHaveCount(0)
      await expect(page.getByRole('log')).toBeVisible() // Escape closed the dialog alone
    }
    await pressed('t', 'handing over')
    await pressed('Control+k', 'the palette')
    await pressed('?', 'the shortcuts')
    await pressed('e', 'ending')
    await page.getByRole('log').first().focus()
    await page.keyboard.press('n')
    await expect(page.getByRole('textbox', { name: 'Internt notat' })).toBeFocused()
    await both('a note')
    await page.getByRole('log').first().focus()
    await page.keyboard.press('e')
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('combobox', { name: /Årsak/ })).toBeFocused()
    await both('wrap-up')
    await page.keyboard.type('a')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('form', { name: 'Etterarbeid' })).toHaveCount(0)
  })

test('a reply that another window of mine has given already is held back, and both are shown', async ({
  page,
  browser,
  centre,
  context,
}) => {
  await ready(page, centre)
  const customer = await write(browser, centre, 'Svarer dere to ganger?')
  const reply = await take(page, 'Svarer dere to ganger?')
  const other = await context.newPage()
  await other.goto(page.url())
  const there = other.getByRole('textbox', { name: /^Svar til/ })
  await expect(there).toBeVisible()
  await page.route('**/api/contacts/*/messages', async route => {
    await there.fill('Nei, bare fra det ene vinduet.') // the other window is first, while this reply is on its way
    await there.press('Enter')
    await expect(customer.chat.getByText('Nei, bare fra det ene vinduet.')).toBeVisible()
    return route.continue()
  })
  await reply.fill('Nei, det gjør vi ikke.')
  await reply.press('Enter')
  const held = page.getByRole('alert').filter({ hasText: 'Du har svart kunden i et annet vindu' })
  await expect(held).toContainText('Nei, bare fra det ene vinduet.')
  await expect(held).toContainText('Nei, det gjør vi ikke.')
  await page.unroute('**/api/contacts/*/messages')
  await held.getByRole('button', { name: 'Forkast svaret mitt' }).click()
  await expect(held).toHaveCount(0)
  await expect(customer.chat.getByText('Nei, det gjør vi ikke.')).toHaveCount(0)
  await other.close()
  await finish(page)
})

test('a customer whom a colleague has corrected meanwhile is not overwritten: the newer values stand beside mine', async ({
  page,
  browser,
  centre,
}) => {
  await ready(page, centre)
  await write(browser, centre, 'Jeg har flyttet', { name: 'Kari Nordvik', email: 'k.nordvik@kunde.example' })
  await take(page, 'Jeg har flyttet')
  await page.getByRole('button', { name: 'Rett opplysninger' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Telefon' }).fill('+47 815 49 300')
  const colleague = await (await browser.newContext({ locale: 'nb-NO' })).newPage()
  await signIn(colleague, centre, 'administrator')
  const status = await colleague.evaluate(async () => {
    const [found] = await (await fetch('/api/customers?q=k.nordvik@kunde.example')).json()
    const r = await fetch(`/api/customers/${found.id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ version: found.version, email: 'kari.nordvik@kunde.example' }),
    })
    return r.status
  })
  expect(status).toBe(200)
  await colleague.context().close()
  await dialog.getByRole('button', { name: 'Lagre' }).click()
  await expect(dialog.getByRole('alert').filter({ hasText: 'En kollega har rettet' })).toBeVisible()
  await expect(dialog.getByText('Nå: kari.nordvik@kunde.example')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Bruk det' }).click()
  await dialog.getByRole('button', { name: 'Lagre' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByText('+47 815 49 300').first()).toBeVisible()
  await expect(page.getByText('kari.nordvik@kunde.example').first()).toBeVisible()
  await finish(page)
})
