import { type Centre, errors, expect, signIn, test } from './centre.ts'

/** Opens a brand's chat as a customer does, in a browser of their own: the frame that the brand's page shows. */
async function customer(browser: import('@playwright/test').Browser, centre: Centre, key = 'fjordglimt-nett') {
  const page = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'nb-NO' })).newPage()
  await page.goto(`${centre.url}/widget/frame?key=${key}&lang=nb`)
  await expect(page.getByRole('heading').first()).toBeVisible()
  return page
}

test('a customer writes, is answered, wrapped up, and says how it went; the wall shows it the same minute', async ({
  page,
  browser,
  centre,
}) => {
  const seen = errors(page)
  await signIn(page, centre, 'agent')
  await page
    .getByRole('button', { name: /frakoblet/i })
    .first()
    .click()
  await page
    .getByRole('menuitemradio', { name: /^ledig/i })
    .or(page.getByRole('menuitem', { name: /^ledig/i }))
    .first()
    .click()
  const chat = await customer(browser, centre)
  const box = chat.getByRole('textbox', { name: /melding/i })
  await box.fill('Hei, fakturaen for oktober er dobbelt så høy som før.')
  await chat
    .getByRole('button', { name: /^(send|start)/i })
    .first()
    .click()

  await page.getByRole('button', { name: /^svar/i }).first().click()
  await expect(page.getByText('Hei, fakturaen for oktober er dobbelt så høy som før.').first()).toBeVisible()
  const answer = page.getByRole('textbox', { name: /svar til/i })
  await answer.fill('Hei! Jeg ser på det med en gang.')
  await answer.press('Enter')
  await expect(chat.getByText('Hei! Jeg ser på det med en gang.')).toBeVisible()

  await chat
    .getByRole('textbox', { name: /melding|skriv/i })
    .first()
    .fill('Tusen takk!')
  await chat.getByRole('button', { name: /^send/i }).first().click()
  await expect(page.getByText('Tusen takk!').first()).toBeVisible()

  await page
    .getByRole('button', { name: /^avslutt/i })
    .first()
    .click()
  await page.getByRole('dialog').getByRole('button').last().click()
  await expect(
    page
      .getByRole('heading', { name: /etterarbeid/i })
      .or(page.getByText(/etterarbeid/i))
      .first(),
  ).toBeVisible()
  expect(seen).toEqual([])
})

test('an internal note never reaches the customer', async ({ page, browser, centre }) => {
  await signIn(page, centre, 'agent')
  await expect(page.getByRole('heading', { name: 'Skrivebord' })).toBeVisible()
  const chat = await customer(browser, centre)
  const traffic: string[] = []
  chat.on('response', r => {
    if (r.url().includes('/api/') && !r.url().endsWith('/live'))
      void r.text().then(
        t => traffic.push(t),
        () => undefined,
      )
  })
  await expect.poll(() => traffic.every(t => !t.includes('"kind":"note"'))).toBe(true)
})

test('the palette opens from the keyboard and finds a face', async ({ page, centre }) => {
  await signIn(page, centre, 'leader')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('g')
  await page.keyboard.press('w')
  await expect(page).toHaveURL(/\/wall/)
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: /hurtigtaster/i })).toBeVisible()
})

test('a lively centre shows its day on the wall within ten seconds', async ({ page, lively }) => {
  const seen = errors(page)
  await signIn(page, lively, 'leader')
  await page.goto(`${lively.url}/wall`)
  await expect(page.getByText('Henvendelser per kvarter')).toBeVisible()
  await expect(page.getByText('Direkte')).toBeVisible()
  await expect(page.getByRole('row', { name: /faktura/i }).first()).toBeVisible()
  expect(seen).toEqual([])
})
