import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'

export type Role = 'agent' | 'leader' | 'administrator'
/** `sip` is where trunks call, and `straight` the number that rings at whoever is free; both are empty without a phone. */
export type Centre = { url: string; sip: string; straight: string; people: Record<Role, { email: string; password: string }> }

/** Starts the demo centre on a free port and reads address and sign-ins from what it prints. */
export async function open(lively: boolean, ...more: string[]): Promise<{ centre: Centre; close: () => void }> {
  const data = mkdtempSync(join(tmpdir(), 'sentral-e2e-'))
  const args = [
    'demo',
    '--listen',
    '127.0.0.1:0',
    '--data',
    data,
    '--log-level',
    'ERROR',
    ...(lively ? ['--speed', '10'] : ['--quiet']),
    ...more,
  ]
  const child: ChildProcess = spawn(process.env.SENTRAL_BINARY ?? '../bin/sentral', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  const centre = await new Promise<Centre>((done, fail) => {
    child.on('exit', code => fail(new Error(`the demo ended with ${code}: ${text}`)))
    child.stdout?.on('data', (b: Buffer) => {
      text += b.toString()
      const url = /open at (http\S+)/.exec(text)?.[1]
      if (!url || !text.includes(more.includes('--sip') ? 'Try: ' : "Customers' pages")) return
      const call = /--server (\S+) --to (\S+)/.exec(text)
      const people = {} as Centre['people']
      for (const m of text.matchAll(/^ {2}(agent|leader|administrator)\s+(\S+)\s+(\S+)$/gm))
        people[m[1] as Role] = { email: m[2] ?? '', password: m[3] ?? '' }
      done({ url, people, sip: call?.[1] ?? '', straight: call?.[2] ?? '' })
    })
  })
  return {
    centre,
    close: () => {
      child.removeAllListeners('exit')
      child.on('exit', () => rmSync(data, { recursive: true, force: true }))
      child.kill('SIGTERM')
    },
  }
}

/** `centre` is quiet: only what the test does happens. `lively` has simulated customers and agents. */
export const test = base.extend<object, { centre: Centre; lively: Centre }>({
  centre: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const c = await open(false)
      await use(c.centre)
      c.close()
    },
    { scope: 'worker' },
  ],
  lively: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const c = await open(true)
      await use(c.centre)
      c.close()
    },
    { scope: 'worker' },
  ],
})
export { expect }

/** Signs in on the page, and fails the test at its end when the console had an error: breaches of the content policy land there too. */
export async function signIn(page: Page, centre: Centre, role: Role) {
  const p = centre.people[role]
  await page.goto(`${centre.url}/sign-in`)
  await page.fill('#email', p.email)
  await page.fill('#password', p.password)
  await page.getByRole('button', { name: 'Logg inn' }).click()
  await page.waitForURL(/\/(desk|wall|admin)/)
}

/** Collects what the console calls an error. */
export function errors(page: Page): string[] {
  const list: string[] = []
  page.on('console', m => {
    if (m.type() === 'error') list.push(m.text())
  })
  page.on('pageerror', e => list.push(String(e)))
  return list
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Every violation that axe finds on the page, as one line each. */
export async function violations(page: Page, frame: Page | ReturnType<Page['frames']>[number] = page): Promise<string[]> {
  await page.waitForTimeout(250) // transitions of colour are over
  return frame.evaluate(
    async ([source, tags]) => {
      // The policy of the page forbids inline scripts, as it should; evaluate is not bound by it.
      if (!('axe' in window)) new Function(source as string).call(window)
      const { axe } = window as unknown as { axe: typeof import('axe-core') }
      const found = await axe.run(document, { runOnly: tags as string[] })
      return found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`)
    },
    [axe, tags],
  )
}
