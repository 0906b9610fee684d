import { spawn } from 'node:child_process'
import { errors, expect, open, signIn, test, violations } from './centre.ts'

type Centre = Awaited<ReturnType<typeof open>>['centre']

/** Lets the test phone make one call, and waits until it is over. */
const call = (c: Centre, to: string, ...more: string[]) =>
  new Promise<void>((done, fail) => {
    const args = ['testphone', 'call', '--server', c.sip, '--to', to, '--from', '+4799900123', '--json', ...more]
    const p = spawn(process.env.SENTRAL_BINARY ?? '../bin/sentral', args, { stdio: 'ignore' })
    p.on('error', fail)
    p.on('exit', code => (code === 0 ? done() : fail(new Error(`the test phone ended with ${code}`))))
  })

test('who has called gets a link, follows it on a small screen without JavaScript, and is seen on the wall', async ({ browser }) => {
  test.setTimeout(120_000)
  const { centre, close } = await open(true, '--sip', '127.0.0.1:0', '--agent-tone', '1000')
  try {
    await call(centre, centre.straight, '--talk', '2s', '--hear', '1000')
    const mobile = await browser.newPage({ viewport: { width: 390, height: 844 } })
    const seen = errors(mobile)
    await mobile.goto(`${centre.url}/brand/fjordglimt`)
    await mobile.getByRole('link', { name: 'Demoens mobiltelefon' }).click()
    const link = mobile.getByRole('listitem').filter({ hasText: '+4799900123' }).getByRole('link')
    await expect(link).toBeVisible({ timeout: 20_000 })
    expect(await violations(mobile)).toEqual([])
    const href = (await link.getAttribute('href')) ?? ''
    for (const colorScheme of ['light', 'dark'] as const) {
      await mobile.emulateMedia({ colorScheme })
      await mobile.goto(href)
      expect(await violations(mobile)).toEqual([])
      expect(await mobile.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    }
    expect(seen).toEqual([])

    const plain = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })).newPage()
    await plain.goto(href)
    await plain.getByRole('radio', { name: '5', exact: true }).focus()
    await plain.keyboard.press('Space')
    await plain.getByRole('radio', { name: 'Ja' }).focus()
    await plain.keyboard.press('Space')
    await plain.getByLabel('Vil du si noe mer?').fill('Fin hjelp.')
    await plain.getByRole('button', { name: 'Send svar' }).click()
    await expect(plain.getByRole('heading', { name: 'Takk for svaret!' })).toBeVisible()
    await plain.getByRole('link', { name: 'Rett på svaret' }).click()
    await expect(plain.getByRole('radio', { name: '5', exact: true })).toBeChecked()
    await plain.goto(`${href}x`)
    await expect(plain.getByRole('heading', { name: 'Vi kjenner ikke lenken' })).toBeVisible()

    const admin = await browser.newPage()
    await signIn(admin, centre, 'administrator')
    await admin.goto(`${centre.url}/admin?s=phone-texts`)
    await expect(admin.getByText('Spørsmål etter samtalen: 1 sendt')).toBeVisible()
    expect(await violations(admin)).toEqual([])
    await admin.getByLabel('Adresse').fill('http://sms.example/send')
    await admin.getByRole('button', { name: 'Lagre', exact: true }).click()
    await expect(admin.getByText('Skriv en https-adresse').first()).toBeVisible()
    await admin.getByLabel('Til nummer').fill('+4799900124')
    await admin.getByRole('button', { name: 'Send en prøve' }).click()
    await expect(admin.getByText('Prøven er sendt')).toBeVisible({ timeout: 15_000 })
  } finally {
    close()
  }
})
