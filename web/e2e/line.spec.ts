import { write } from './people.ts'
import { expect, test } from './switchboard.ts'
import { Baresip } from './telephones.ts'
import { expectHears, tones } from './tones.ts'

// The agent's softphone with a telephone of somebody else's at the other end: devices, answering by itself, calling out, a network
// that goes, and a chat that waits while one speaks.

const number = '+4790000123'
test.skip(!process.env.SENTRAL_COUNTERPARTS, 'make counterparts')

test('devices with a level, an answer by itself, and a call to the number from the palette', async ({ phone, agent }) => {
  test.setTimeout(150_000)
  const customer = await Baresip.start({ user: number, hz: tones.customer, port: phone.outside, auto: true })
  const { page } = agent
  const devices = async () => {
    await page.getByRole('button', { name: 'Telefon: Telefon klar' }).click()
    await page.getByRole('menuitem', { name: 'Lyd og enheter' }).click()
    return page.getByRole('dialog', { name: 'Lyd og enheter' })
  }
  try {
    const dialog = await devices()
    const level = dialog.getByRole('meter', { name: 'Mikrofonens nivå' })
    await expect.poll(() => level.evaluate(m => (m as HTMLMeterElement).value)).toBeGreaterThan(0.3)
    await dialog.getByRole('combobox', { name: 'Mikrofon' }).click()
    await page.getByRole('option').last().click()
    await expect.poll(() => level.evaluate(m => (m as HTMLMeterElement).value)).toBeGreaterThan(0.3)
    await dialog.getByRole('switch', { name: /Svar automatisk/ }).check({ force: true })
    await dialog.getByRole('button', { name: 'Lukk' }).last().click()

    await agent.say('Ledig')
    customer.dial(phone.sip, phone.straight)
    await expect(agent.bar()).toContainText('Snakker', { timeout: 25_000 })
    await agent.hears(['customer'])
    await expectHears(customer, ['agent'])
    await agent.hangUp()
    await customer.over()
    await agent.wrapUp()
    await agent.say('Annet arbeid')

    await phone.reachable()
    await page.keyboard.press('Control+k')
    await page.getByRole('textbox', { name: /Søk|Finn/ }).fill('900 00 123')
    await page.getByText('Ring 900 00 123').click()
    await page.getByRole('dialog', { name: 'Ring ut' }).getByRole('button', { name: 'Ring', exact: true }).click()
    await expect(agent.bar()).toContainText('Snakker', { timeout: 15_000 })
    await agent.hears(['customer'])
    await expectHears(customer, ['agent'])
    await agent.hangUp()
    await customer.over()
    await agent.wrapUp()
  } finally {
    customer.stop()
    const dialog = await devices()
    await dialog.getByRole('switch', { name: /Svar automatisk/ }).uncheck({ force: true })
    await page.keyboard.press('Escape')
    await agent.say('Annet arbeid')
  }
})

test('the network goes for some seconds in a call: the sound goes on, the desk says so and is back, and a chat waits its turn', async ({
  phone,
  agent,
  browser,
}) => {
  test.setTimeout(150_000)
  const customer = await Baresip.start({ user: number, hz: tones.customer })
  try {
    await agent.say('Ledig')
    customer.dial(phone.sip, phone.straight)
    await agent.answer()
    await expectHears(customer, ['agent'])
    const cdp = await agent.page.context().newCDPSession(agent.page)
    await cdp.send('Network.enable')
    const network = (offline: boolean) =>
      cdp.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 })
    await network(true)
    await agent.page.waitForTimeout(5000)
    await network(false)
    await agent.hears(['customer'])
    await expectHears(customer, ['agent'])
    await expect(agent.bar()).toContainText('Snakker')
    await expect(agent.page.getByText('Direkte', { exact: true })).toBeVisible({ timeout: 20_000 })
    await expect(agent.page.getByRole('button', { name: 'Telefon: Telefon klar' })).toBeVisible({ timeout: 20_000 })

    const chat = await write(browser, phone, 'Kan dere se på regningen min?')
    await agent.page.waitForTimeout(2500)
    await expect(agent.offer()).toHaveCount(0) // a call fills an agent's capacity
    await agent.hears(['customer'])
    await agent.hangUp()
    await customer.over()
    await agent.wrapUp()
    await agent.offer().getByRole('button', { name: /^Svar/ }).click()
    await expect(agent.page.getByRole('log').getByText('Kan dere se på regningen min?')).toBeVisible()
    await agent.page.getByRole('log').first().focus()
    await agent.page.keyboard.press('e')
    await agent.page.getByRole('dialog').getByRole('button', { name: 'Avslutt samtalen' }).click()
    await agent.wrapUp()
    await chat.page.context().close()
  } finally {
    customer.stop()
    await agent.say('Annet arbeid')
  }
})
