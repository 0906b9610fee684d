import { errors, expect, signIn, test } from './centre.ts'
import { finish, ready, take, write } from './people.ts'

test('a customer writes, is answered, wrapped up, and says how it went; the wall shows it the same minute', async ({
  page,
  browser,
  centre,
}) => {
  const seen = errors(page)
  await ready(page, centre)
  const { page: theirs, chat } = await write(browser, centre, 'Hei, fakturaen for oktober er dobbelt så høy som før.')
  const answer = await take(page, 'Hei, fakturaen for oktober er dobbelt så høy som før.')
  await answer.fill('Hei! Jeg ser på det med en gang.')
  await answer.press('Enter')
  await expect(chat.getByText('Hei! Jeg ser på det med en gang.')).toBeVisible()
  await chat.getByRole('textbox', { name: /melding|skriv/i }).fill('Tusen takk!')
  await chat.getByRole('button', { name: /^send/i }).click()
  await expect(page.getByRole('log').getByText('Tusen takk!')).toBeVisible()

  const leader = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'nb-NO' })).newPage()
  await signIn(leader, centre, 'leader')
  await leader.goto(`${centre.url}/wall`)
  const answered = async () =>
    Number(
      /(\d+) svar/.exec((await leader.locator('.kpi').filter({ hasText: 'Opplevd kundeservice i dag' }).textContent()) ?? '')?.[1] ?? 0,
    )
  await expect(leader.getByText('Opplevd kundeservice i dag')).toBeVisible()
  const before = await answered()

  await finish(page)
  await chat.getByRole('radio', { name: /^6/ }).check({ force: true })
  await chat.getByRole('radio', { name: 'Ja', exact: true }).check({ force: true })
  await chat.getByRole('button', { name: 'Send svar' }).click()
  await expect(chat.getByText('Takk for svaret!')).toBeVisible()
  await expect.poll(answered).toBe(before + 1)
  await leader.context().close()
  await theirs.context().close()
  expect(seen).toEqual([])
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

test('who is not signed in meets the sign-in page without an error, and then comes where they were going', async ({ page, centre }) => {
  const seen = errors(page)
  await page.goto(`${centre.url}/account`)
  await expect(page).toHaveURL(`${centre.url}/sign-in?next=%2Faccount`)
  await page.fill('#email', centre.people.agent.email)
  await page.fill('#password', centre.people.agent.password)
  await page.getByRole('button', { name: 'Logg inn' }).click()
  await expect(page).toHaveURL(`${centre.url}/account`)
  expect(seen).toEqual([])
})

test('a stranger at the wall is led to sign in without an error, and then to the wall', async ({ page, centre }) => {
  const seen = errors(page)
  await page.goto(`${centre.url}/wall?page=organisation`)
  await expect(page).toHaveURL(`${centre.url}/sign-in?next=%2Fwall%3Fpage%3Dorganisation`)
  await page.fill('#email', centre.people.leader.email)
  await page.fill('#password', centre.people.leader.password)
  await page.getByRole('button', { name: 'Logg inn' }).click()
  await expect(page).toHaveURL(`${centre.url}/wall?page=organisation`)
  await expect(page.getByRole('main')).toBeVisible()
  expect(seen).toEqual([])
})
