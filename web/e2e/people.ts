import type { Browser, Frame, Page } from '@playwright/test'
import { type Centre, expect, signIn } from './centre.ts'

/**
 * A customer who writes in a brand's chat, and everything that the centre sends to that browser. The launcher stands in a closed shadow root, so it is
 * pressed where it is seen.
 */
export async function write(
  browser: Browser,
  centre: Centre,
  text: string,
  who?: { name: string; email: string },
): Promise<{ page: Page; chat: Frame; heard: () => string }> {
  const page = await (await browser.newContext({ viewport: { width: 1000, height: 800 }, locale: 'nb-NO' })).newPage()
  const parts: string[] = []
  page.on('response', r => {
    if (!r.url().includes('/api/')) return
    void r.text().then(
      body => parts.push(body),
      () => undefined,
    )
  })
  const asked = page.waitForResponse(/api\/chat\/brand/)
  await page.goto(`${centre.url}/brand/fjordglimt`)
  await asked
  const chat = page.frame({ url: /widget\/frame/ })
  if (!chat) throw new Error('the chat has no frame')
  const box = chat.getByRole('textbox', { name: /melding|skriv/i }).first()
  await expect(async () => {
    await page.mouse.click(1000 - 48, 800 - 48)
    await expect(box).toBeVisible({ timeout: 1000 })
  }).toPass()
  if (who) {
    await chat.getByText('Navn og e-post').click()
    await chat.getByRole('textbox', { name: 'Navn' }).fill(who.name)
    await chat.getByRole('textbox', { name: 'E-post' }).fill(who.email)
  }
  await box.fill(text)
  await chat
    .getByRole('button', { name: /^(send|start)/i })
    .first()
    .click()
  await expect(chat.getByText(text).first()).toBeVisible()
  return { page, chat, heard: () => parts.join('\n') }
}

/** Signs an agent in, ready for contacts. */
export async function ready(page: Page, centre: Centre) {
  await signIn(page, centre, 'agent')
  await expect(page.getByRole('status').first()).toContainText('Direkte')
  const now = page.getByRole('button', { name: /^(Ledig|Borte|Frakoblet|Pause) \d/ })
  await now.click()
  await page.getByRole('menuitemradio', { name: 'Ledig', exact: true }).click()
  await expect(page.getByRole('button', { name: /^Ledig \d/ })).toBeVisible()
}

/** Takes the next offer by key and gives the box that replies are written in. */
export async function take(page: Page, text: string) {
  await expect(page.locator('.offer').first()).toBeVisible()
  await page.keyboard.press('F8')
  await expect(page.getByRole('log').getByText(text)).toBeVisible()
  return page.getByRole('textbox', { name: /^Svar til/ })
}

/** Ends the conversation and wraps it up, by keyboard alone. */
export async function finish(page: Page) {
  await page.getByRole('log').first().focus()
  await page.keyboard.press('e')
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Avslutt samtalen' })).toBeFocused()
  await page.keyboard.press('Enter')
  const reason = page.getByRole('combobox', { name: /Årsak/ })
  await expect(reason).toBeFocused()
  await page.keyboard.type('a')
  await expect(page.getByRole('option').first()).toBeVisible()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('form', { name: 'Etterarbeid' })).toHaveCount(0)
}
