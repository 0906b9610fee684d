import { errors, expect, signIn, test, violations } from './centre.ts'
import { finish, ready, take, write } from './people.ts'

test('a leader moves a customer ahead and calls somebody in, by keyboard, without leaving the wall', async ({ page, browser, centre }) => {
  const agent = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'nb-NO' })).newPage()
  await ready(agent, centre)
  const name = await agent.evaluate(async () => ((await (await fetch('/api/me')).json()) as { name: string }).name)
  await agent.getByRole('button', { name: /^Ledig \d/ }).click()
  await agent.getByRole('menuitemradio', { name: /^Lunsj/ }).click()
  await expect(agent.getByRole('button', { name: /^Lunsj \d/ })).toBeVisible()
  await write(browser, centre, 'Jeg haster ikke', { name: 'Ada Rolig', email: 'ada@kunde.example' })
  await write(browser, centre, 'Strømmen er borte hos min mor', { name: 'Bo Hast', email: 'bo@kunde.example' })

  const seen = errors(page)
  await signIn(page, centre, 'leader')
  await page.goto(`${centre.url}/wall`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('l')
  const drawer = page.getByRole('dialog', { name: 'Flytt arbeid og folk' })
  await expect(drawer.getByText('Strømmen er borte hos min mor')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await drawer.getByRole('combobox', { name: 'Prioritet for Bo Hast' }).focus()
  await page.keyboard.press('9')
  await expect(drawer.getByRole('listitem').filter({ hasText: 'Bo Hast' })).toContainText('nr. 1 i køen')
  await drawer.getByRole('combobox', { name: `Status for ${name}` }).selectOption('ready')
  await take(agent, 'Strømmen er borte hos min mor')
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
  expect(seen).toEqual([])
  await finish(agent)
  await take(agent, 'Jeg haster ikke')
  await finish(agent)
  await agent.context().close()
})

test('a wall opens by its read-only link without anybody signed in, and shows nothing else', async ({ page, browser, centre }) => {
  await signIn(page, centre, 'administrator')
  const secret = await page.evaluate(async () => {
    const made = await fetch('/api/keys', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'Skjermen i gangen', days: 30, grants: [{ role: 'analyst', scope: { kind: 'organisation' } }] }),
    })
    return ((await made.json()) as { secret: string }).secret
  })
  const screen = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'nb-NO' })).newPage()
  const seen = errors(screen)
  await screen.goto(`${centre.url}/wall#key=${secret}`)
  await expect(screen.getByText('Henvendelser per kvarter')).toBeVisible()
  await expect(screen.getByText('Direkte')).toBeVisible()
  await expect(screen).toHaveURL(`${centre.url}/wall`) // the key is out of sight
  await expect(screen.getByRole('link', { name: /Skrivebord/ })).toHaveCount(0)
  expect(await violations(screen)).toEqual([])
  await screen.reload()
  await expect(screen.getByText('Direkte')).toBeVisible()
  expect(seen).toEqual([])
  await screen.context().close()
})
