import { errors, expect, signIn, test, violations } from './centre.ts'

test('a new key asks again who sits there, and is made once that is proven', async ({ page, centre }) => {
  await signIn(page, centre, 'administrator')
  await page.goto(`${centre.url}/admin?s=keys`)
  await page.getByRole('button', { name: 'Ny nøkkel' }).click()
  await page.getByRole('textbox', { name: 'Navn' }).fill('Rapport')
  let asked = 0
  await page.route('**/api/keys', route => {
    if (route.request().method() !== 'POST' || asked++ > 0) return route.continue()
    // As the server answers ten minutes after the sign-in.
    return route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 403, type: 'about:blank#forbidden', detail: 'sign in again first', errors: [{ location: 'proof' }] }),
    })
  })
  await page.getByRole('button', { name: /^Lag/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Bekreft at det er deg' })
  await expect(dialog).toBeVisible()
  expect(await violations(page)).toEqual([])
  const password = dialog.getByLabel(/^Passordet ditt/)
  await password.fill('noe helt annet')
  await dialog.getByRole('button', { name: 'Bekreft' }).click()
  await expect(dialog.getByText('Det er ikke passordet ditt.')).toBeVisible()
  await password.fill(centre.people.administrator.password)
  await dialog.getByRole('button', { name: 'Bekreft' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.locator('code', { hasText: /^sentral_/ }).first()).toBeVisible()
  expect(asked).toBe(2)
})

test('an administrator takes away the second step of somebody who has lost it', async ({ page, centre }) => {
  const seen = errors(page)
  await signIn(page, centre, 'administrator')
  await page.goto(`${centre.url}/admin?s=people`)
  await page
    .getByRole('button', { name: 'Frode Hellandsmo' })
    .or(page.getByRole('link', { name: 'Frode Hellandsmo' }))
    .first()
    .click()
  await page.getByRole('button', { name: 'Fjern totrinn' }).click()
  const dialog = page.getByRole('dialog', { name: 'Fjerne totrinn for Frode Hellandsmo?' })
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Fjern', exact: true }).click()
  await expect(page.getByText('Totrinn er fjernet for Frode Hellandsmo')).toBeVisible()
  await page.goto(`${centre.url}/admin?s=audit`)
  await expect(page.getByRole('row', { name: /Fjernet totrinn Frode Hellandsmo/ })).toBeVisible()
  expect(seen).toEqual([])
})

test('a configuration file comes back through the browser: a fault by its line, then a change seen before it is made', async ({
  page,
  centre,
}) => {
  const seen = errors(page)
  await signIn(page, centre, 'administrator')
  await page.goto(`${centre.url}/admin?s=file`)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Last ned versjon/ }).click()])
  expect(download.suggestedFilename()).toMatch(/^sentral-\d+\.yaml$/)
  const text = await page.evaluate(async () => (await fetch('/api/config/file')).text())
  const give = (name: string, body: string) =>
    page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/yaml', buffer: Buffer.from(body) })
  const wrong = text.replace('goal_percent: 90', 'goal_percent: 900')
  await give('feil.yaml', wrong)
  const line = wrong.slice(0, wrong.indexOf('goal_percent: 900')).split('\n').length
  await expect(page.getByRole('alert').filter({ hasText: `Linje ${line}:` })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await give('halv.yaml', 'organisation: [')
  await expect(page.getByText('halv.yaml kan ikke leses')).toBeVisible()
  await give('ny.yaml', text.replace('goal_percent: 90', 'goal_percent: 91'))
  await expect(page.getByText('1 endring fra versjon')).toBeVisible()
  await page.getByRole('button', { name: 'Ta i bruk' }).click()
  await expect(page.getByText(/Tatt i bruk som versjon/)).toBeVisible()
  expect(seen).toEqual([])
})
