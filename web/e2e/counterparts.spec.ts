import { expect, type Seat, type Switchboard, test } from './switchboard.ts'
import { Baresip, Sipp } from './telephones.ts'
import { type Ear, expectHears, shares, tones, untilTone } from './tones.ts'

// The goal: other people's telephones call in and are answered in real browsers, and in every case whoever should be heard is, and nobody else.
// `SENTRAL_COUNTERPARTS=1` (make counterparts) runs every case with both clients; without it the shortest run with one of them.

const whole = !!process.env.SENTRAL_COUNTERPARTS
const number = '+4790000123'
const friendNumber = '+4790000456'

type Customer = Ear & { over: () => Promise<void>; stop: () => void; shows?: () => unknown }
type Client = 'baresip' | 'sipp'
const callers: Record<Client, (server: string, to: string) => Promise<Customer>> = {
  baresip: async (server, to) => {
    const b = await Baresip.start({ user: number, hz: tones.customer })
    b.dial(server, to)
    return b
  },
  sipp: (server, to) => Sipp.call({ server, to, from: number, hz: tones.customer }),
}

/** One test for each client, or for one of them when time is short. */
function each(title: string, short: Client | undefined, run: (call: (p: Switchboard) => Promise<Customer>, f: Desks) => Promise<void>) {
  for (const client of Object.keys(callers) as Client[]) {
    if (!whole && client !== short) continue
    test(`${client}: ${title}`, async ({ phone, agent, colleague, leader }) => {
      test.setTimeout(180_000)
      const open: Customer[] = []
      try {
        await run(
          async p => {
            const c = await callers[client](p.sip, p.straight)
            open.push(c)
            return c
          },
          { phone, agent, colleague, leader },
        )
      } finally {
        for (const c of open) c.stop()
      }
    })
  }
}
type Desks = { phone: Switchboard; agent: Seat; colleague: Seat; leader: Seat }

/** Somebody whom the centre calls at a number outside: baresip, which answers by itself. */
async function outsider(phone: Switchboard, user: string, hz: number): Promise<Baresip> {
  const b = await Baresip.start({ user, hz, port: phone.outside, auto: true })
  await phone.reachable()
  return b
}

each('plain, hold, mute, reload, recording', 'baresip', async (call, { phone, agent }) => {
  await agent.say('Ledig')
  const customer = await call(phone)
  await agent.answer()
  await agent.hears(['customer'])
  await expectHears(customer, ['agent'])

  await agent.tool('Sett på vent').click()
  await agent.hears([])
  await expectHears(customer, [])
  await agent.tool('Hent kunden tilbake').click()
  await agent.hears(['customer'])
  await expectHears(customer, ['agent'])

  await agent.tool('Demp mikrofonen').click()
  await expectHears(customer, [])
  await agent.hears(['customer'])
  await agent.tool('Slå på mikrofonen').click()
  await expectHears(customer, ['agent'])

  const from = Date.now()
  await agent.page.reload({ waitUntil: 'commit' })
  const took = await untilTone(agent.page, tones.customer, from)
  note(`reload to sound: ${took} ms`)
  expect(took).toBeLessThan(process.env.CI || !whole ? 6000 : 3000)
  await expectHears(customer, ['agent'])
  await expect(agent.bar()).toContainText('Snakker')

  const id = new URL(agent.page.url()).searchParams.get('c')
  await agent.hangUp()
  await customer.over()
  const { left, right } = await recording(phone, Number(id))
  note(`recording: customer left ${left.toFixed(2)}, agent right ${right.toFixed(2)}`)
  await agent.wrapUp()
  await agent.say('Annet arbeid')
})

each(
  'cold transfer to a person, a queue, a team, a leader and a number outside',
  undefined,
  async (call, { phone, agent, colleague, leader }) => {
    const friend = await outsider(phone, friendNumber, tones.outsider)
    try {
      await agent.say('Ledig')
      const customer = await call(phone)
      await agent.answer()
      await expectHears(customer, ['agent'])
      const moved = async (from: Seat, to: Seat) => {
        await to.answer()
        await expectHears(customer, [to.name])
        await to.hears(['customer'])
        await from.hears([])
        await expect(from.bar()).toHaveCount(0)
      }
      await colleague.say('Ledig')
      await agent.handOver('Sett over', 'Kø', /Faktura.*Fjordglimt/)
      await moved(agent, colleague)
      await colleague.handOver('Sett over', 'Person', /Astrid Solheimsnes/)
      await moved(colleague, agent)
      await leader.say('Ledig')
      await agent.handOver('Sett over', 'Leder')
      await moved(agent, leader)
      // Whoever gives a contact away is not offered it again for a while: one of the team is left.
      await leader.handOver('Sett over', 'Team', /^Kraft/)
      const third = await whoever(agent, colleague)
      await moved(leader, third)
      await third.handOver('Sett over', 'Nummer', friendNumber)
      await expectHears(customer, ['outsider'])
      await expectHears(friend, ['customer'])
      await third.hears([])
      await third.wrapUp()
      friend.do('hangup')
      await customer.over()
    } finally {
      friend.stop()
      await rest(agent, colleague, leader)
    }
  },
)

each('warm transfer between two browsers, by way of consult and conference', undefined, async (call, { phone, agent, colleague }) => {
  try {
    await agent.say('Ledig')
    const customer = await call(phone)
    await agent.answer()
    await expectHears(customer, ['agent'])
    await colleague.say('Ledig')
    await agent.handOver('Rådfør deg', 'Person', /Camilla Fossgard/)
    await colleague.answer()
    await agent.hears(['colleague'])
    await colleague.hears(['agent'])
    await expectHears(customer, [])

    await agent.third('Alle sammen').click()
    await expectHears(customer, ['agent', 'colleague'])
    await agent.hears(['customer', 'colleague'])
    await colleague.hears(['customer', 'agent'])

    await agent.third('Hver for seg').click()
    await expectHears(customer, [])
    await agent.hears(['colleague'])
    await agent.third('Bytt').click()
    await agent.hears(['customer'])
    await expectHears(customer, ['agent'])
    await colleague.hears([])
    await agent.third('Bytt').click()
    await agent.hears(['colleague'])
    await colleague.hears(['agent'])
    await expectHears(customer, [])

    await agent.third('Sett over').click()
    await expectHears(customer, ['colleague'])
    await colleague.hears(['customer'])
    await agent.hears([])
    await expect(agent.bar()).toHaveCount(0)
    await colleague.hangUp()
    await customer.over()
    await colleague.wrapUp()
  } finally {
    await rest(agent, colleague)
  }
})

each('a leader listens, whispers and joins in', 'sipp', async (call, { phone, agent, leader }) => {
  try {
    await agent.say('Ledig')
    const customer = await call(phone)
    await agent.answer()
    await leader.page.getByRole('button', { name: 'Telefon: Telefon klar' }).click()
    await leader.page.getByRole('menuitem', { name: 'Samtaler nå' }).click()
    await leader.page.getByRole('dialog', { name: 'Samtaler nå' }).getByRole('button', { name: 'Lytt' }).click()
    await leader.hears(['customer', 'agent'])
    await expectHears(customer, ['agent'])
    await agent.hears(['customer'])
    await expect(agent.bar()).toContainText(/lytter/)
    await leader.tool('Hvisk til medarbeideren').click()
    await agent.hears(['customer', 'leader'])
    await expectHears(customer, ['agent'])
    await leader.tool('Snakk med begge').click()
    await expectHears(customer, ['agent', 'leader'])
    await agent.hears(['customer', 'leader'])
    await leader.hears(['customer', 'agent'])
    await leader.tool('Gå ut av samtalen').click()
    await leader.hears([])
    await expectHears(customer, ['agent'])
    await agent.hears(['customer'])
    const id = new URL(agent.page.url()).searchParams.get('c')
    await agent.hangUp()
    await customer.over()
    const { right } = await recording(phone, Number(id))
    note(`recording: agent right ${right.toFixed(2)}`)
    await agent.wrapUp()
  } finally {
    await rest(agent)
  }
})

each('a conference with somebody outside, who is then left with the customer', undefined, async (call, { phone, agent }) => {
  const friend = await outsider(phone, friendNumber, tones.outsider)
  try {
    await agent.say('Ledig')
    const customer = await call(phone)
    await agent.answer()
    await agent.handOver('Rådfør deg', 'Nummer', friendNumber)
    await agent.hears(['outsider'])
    await expectHears(friend, ['agent'])
    await expectHears(customer, [])
    await agent.third('Alle sammen').click()
    await expectHears(customer, ['agent', 'outsider'])
    await expectHears(friend, ['agent', 'customer'])
    await agent.third('Sett over').click()
    await expectHears(customer, ['outsider'])
    await expectHears(friend, ['customer'])
    await agent.hears([])
    await agent.wrapUp()
    friend.do('hangup')
    await customer.over()
  } finally {
    friend.stop()
    await rest(agent)
  }
})

/** A customer who waits is asked whether to be called, says yes by keys, and is called at the number that the call came from. */
for (const how of ['baresip by events (RFC 4733)', 'sipp by sound, having offered no events'] as const) {
  if (!whole) continue
  test(`${how}: a callback is asked for by keys, and baresip is rung and answers`, async ({ phone, agent }) => {
    test.setTimeout(180_000)
    const at = await Baresip.start({ user: number, hz: tones.customer, port: phone.outside, auto: true })
    try {
      await phone.reachable()
      if (how.startsWith('sipp')) {
        const s = await Sipp.call({ server: phone.sip, to: phone.straight, from: number, hz: tones.customer, key: '1' })
        await s.over()
      } else {
        at.dial(phone.sip, phone.straight)
        await at.established()
        await expect(async () => {
          at.press('1')
          await at.over(3500)
        }).toPass({ timeout: 60_000 })
      }
      at.events.length = 0
      await agent.say('Ledig')
      await at.established(40_000)
      await agent.answer()
      await expectHears(at, ['agent'])
      await agent.hears(['customer'])
      await agent.hangUp()
      await at.over()
      await agent.wrapUp()
    } finally {
      at.stop()
      await rest(agent)
    }
  })
}
/** Both sides of a contact's recording, once it is whole: the best second of the customer's tone on the left and of the agent's on the right. */
async function recording(phone: Switchboard, contact: number): Promise<{ left: number; right: number }> {
  let sides = { left: 0, right: 0 }
  await expect(async () => {
    const list = await phone.administer<{ id: number; state: string }[]>('GET', `/api/contacts/${contact}/recordings`)
    const one = list.find(r => r.state === 'done')
    expect(one).toBeDefined()
    const r = await fetch(`${phone.url}/api/phone/recordings/${one?.id}`, { headers: { Cookie: phone.cookie() } })
    expect(r.status).toBe(200)
    sides = channels(Buffer.from(await r.arrayBuffer()))
    expect(sides.left).toBeGreaterThan(0.8)
    expect(sides.right).toBeGreaterThan(0.4) // a voice that swells has two thirds of its energy at the tone itself
  }).toPass({ timeout: 20_000 })
  return sides
}

function channels(wav: Buffer): { left: number; right: number } {
  expect(wav.readUInt16LE(22), 'channels').toBe(2)
  expect(wav.readUInt16LE(34), 'bits').toBe(16)
  const rate = wav.readUInt32LE(24)
  const at = wav.indexOf('data') + 8
  const all = new Int16Array(wav.buffer.slice(wav.byteOffset + at, wav.byteOffset + at + ((wav.length - at) & ~3)))
  let [left, right, wrong] = [0, 0, 0]
  for (let k = 0; k + 2 * rate <= all.length; k += rate) {
    const side = (n: number) => all.subarray(k, k + 2 * rate).filter((_, i) => i % 2 === n)
    const l = shares(side(0), rate, [tones.customer, tones.agent])
    const r = shares(side(1), rate, [tones.customer, tones.agent, tones.leader])
    left = Math.max(left, l[0] ?? 0)
    right = Math.max(right, r[1] ?? 0)
    wrong = Math.max(wrong, l[1] ?? 0, r[0] ?? 0)
  }
  expect(wrong, 'a tone on the other side').toBeLessThan(0.02)
  return { left, right }
}

/** The one of two people at whose desk it rings first. */
async function whoever(a: Seat, b: Seat): Promise<Seat> {
  await expect.poll(async () => (await a.offer().count()) + (await b.offer().count()), { timeout: 60_000 }).toBeGreaterThan(0)
  return (await a.offer().count()) ? a : b
}

function note(text: string) {
  test.info().annotations.push({ type: 'measured', description: text })
  console.log(`    ${test.info().title}: ${text}`)
}

/** Nobody takes calls before the next test says so. */
async function rest(...seats: Seat[]) {
  for (const s of seats) await s.say('Annet arbeid').catch(() => undefined)
}
