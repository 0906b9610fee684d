import { errors, expect, signIn, test, violations } from './centre.ts'

const places = ['lines', 'scripts', 'notices', 'wait', 'prompts', 'recording', 'outbound', 'texts', 'trunks', 'accounts']

/** A second of silence as a WAV file. */
function wav(): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + 16_000, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt32LE(16_000, 28)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(16_000, 40)
  return Buffer.concat([head, Buffer.alloc(16_000)])
}

test('a voice menu is changed with what is wrong beside the step and every path below it', async ({ page, centre }) => {
  const seen = errors(page)
  await signIn(page, centre, 'administrator')
  await page.goto(`${centre.url}/admin?s=phone-scripts`)
  await page.getByRole('button', { name: 'Fjordglimt, hovednummer' }).click()
  const tree = page
    .getByRole('region', { name: 'Alle veier gjennom menyen' })
    .or(page.locator('section', { hasText: 'Alle veier gjennom menyen' }))
  await expect(tree.getByText('trykker 2 (Faktura)')).toBeVisible()
  await expect(tree.getByText('en medarbeider i Faktura')).toBeVisible()
  await expect(tree.getByText('vi ringer opp igjen')).toBeVisible()

  // A choice that leads back: told beside the step, and not saved.
  await page.getByRole('button', { name: /^6 Meny/ }).click()
  const choice = page.getByRole('group', { name: 'Valg 1' })
  await choice.getByLabel('Fører til').selectOption('sprak')
  const wrong = choice.getByText('Fører tilbake til sprak: kunden kan gå i ring.')
  await expect(wrong).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Lagre', exact: true }).click()
  await expect(page.locator('[data-fault-summary]').getByText('kunden kan gå i ring')).toBeVisible()

  // Put right, and said otherwise: saved, and taken back.
  await choice.getByLabel('Fører til').selectOption('strom')
  await expect(wrong).toHaveCount(0)
  await page.getByRole('button', { name: /^1 Si noe/ }).click()
  await page.getByLabel(/^Bokmål · ca\./).fill('Hei, du har kommet til Fjordglimt.')
  await page.getByRole('button', { name: 'Lagre', exact: true }).click()
  await expect(page.getByText('Lagret', { exact: true })).toBeVisible()
  const undone = page.waitForResponse(/api\/config\/undo/)
  await page.getByRole('button', { name: 'Angre' }).click()
  expect((await undone).ok()).toBe(true)
  await page.goto(`${centre.url}/admin?s=phone-scripts&id=2`)
  await expect(page.getByText('«Velkommen til {{brand}}.»').first()).toBeVisible()
  expect(seen).toEqual([])
})

test('a sound file is added, heard and removed; one that is not sound is refused', async ({ page, centre }) => {
  await signIn(page, centre, 'administrator')
  await page.goto(`${centre.url}/admin?s=phone-prompts`)
  const give = (name: string, buffer: Buffer) => page.locator('input[type=file]').setInputFiles({ name, mimeType: 'audio/wav', buffer })
  await give('Ikke lyd.wav', Buffer.from('dette er ikke lyd'))
  await page.getByRole('button', { name: 'Legg inn', exact: true }).click()
  await expect(page.getByText('Dette er ikke en WAV-fil')).toBeVisible()
  await give('Hilsen.wav', wav())
  await page.getByLabel(/^Navn på filen/).fill('hilsen')
  await page.getByRole('button', { name: 'Legg inn', exact: true }).click()
  const row = page.getByRole('row', { name: /hilsen/ })
  await expect(row.getByText('0:01')).toBeVisible()
  await row.getByRole('button', { name: 'Lytt: hilsen' }).click()
  await expect(row.getByRole('button', { name: /Lytt: hilsen|Stopp/ })).toBeVisible()
  await row.getByRole('button', { name: 'Fjern hilsen' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Fjern', exact: true }).click()
  await expect(row).toHaveCount(0)
})

test('whom one may call is tried before it is saved; a secret is written and not shown', async ({ page, centre }) => {
  const seen = errors(page)
  await signIn(page, centre, 'administrator')
  await page.goto(`${centre.url}/admin?s=phone-outbound`)
  const number = page.getByLabel(/^Prøv et nummer/)
  await number.fill('82 00 00 01')
  await expect(page.getByText('+4782000001 kan ikke ringes: Norge, teletorg.')).toBeVisible()
  await number.fill('99 99 99 01')
  await expect(page.getByText(/\+4799999901 kan ringes \(Norge, mobil\)/)).toBeVisible()
  await page.goto(`${centre.url}/admin?s=phone-trunks&id=1`)
  await page.getByLabel(/^Hemmelighet/).fill('et passord som ingen ser')
  await page.getByRole('button', { name: 'Lagre hemmeligheten' }).click()
  await expect(page.getByText('Hemmeligheten er lagret')).toBeVisible()
  await expect(page.getByLabel(/^Hemmelighet/)).toHaveValue('')
  await expect(page.getByText('En er satt.')).toBeVisible()
  expect(seen).toEqual([])
})

for (const [width, scheme] of [
  [1440, 'light'],
  [390, 'dark'],
] as const)
  test(`every screen of the phone can be read by everybody, ${width} px ${scheme}`, async ({ page, centre }) => {
    await page.setViewportSize({ width, height: 844 })
    await page.emulateMedia({ colorScheme: scheme })
    await signIn(page, centre, 'administrator')
    for (const place of places) {
      await page.goto(`${centre.url}/admin?s=phone-${place}`)
      await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible()
      await expect(page.locator('table, section h3, .empty').first()).toBeVisible()
      expect(await violations(page), place).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), place).toBe(true)
    }
  })
