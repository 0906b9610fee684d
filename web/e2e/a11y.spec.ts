import { errors, expect, signIn, test, violations } from './centre.ts'

const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]

for (const viewport of sizes)
  for (const colorScheme of ['light', 'dark'] as const)
    test.describe(`${viewport.width} ${colorScheme}`, () => {
      test.use({ viewport, colorScheme })
      for (const path of ['/desk', '/wall', '/account'])
        test(`${path} for a leader`, async ({ page, lively }) => {
          const seen = errors(page)
          await signIn(page, lively, 'leader')
          await page.goto(lively.url + path)
          await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
          await expect(page.locator('.loading')).toHaveCount(0)
          expect(await violations(page)).toEqual([])
          expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), 'no sideways scroll').toBe(true)
          expect(seen).toEqual([])
        })
      test('/admin for an administrator', async ({ page, lively }) => {
        const seen = errors(page)
        await signIn(page, lively, 'administrator')
        await page.goto(`${lively.url}/admin`)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.locator('.loading')).toHaveCount(0)
        expect(await violations(page)).toEqual([])
        expect(seen).toEqual([])
      })
      for (const path of ['/sign-in', '/brand/fjordglimt'])
        test(`${path} for anybody`, async ({ page, centre }) => {
          const seen = errors(page)
          await page.goto(centre.url + path)
          await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
          expect(await violations(page)).toEqual([])
          expect(seen).toEqual([])
        })
      test('the widget', async ({ page, centre }) => {
        const seen = errors(page)
        await page.goto(`${centre.url}/widget/frame?key=fjordglimt-nett&lang=nb`)
        await expect(page.getByRole('heading').first()).toBeVisible()
        expect(await violations(page)).toEqual([])
        expect(seen).toEqual([])
      })
    })
