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
  await expect(page.getByText('person.second_factor_removed').first()).toBeVisible()
  expect(seen).toEqual([])
})
