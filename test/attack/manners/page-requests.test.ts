/** The page, in a real Chromium, asks nobody but the studio that it came from, wherever one goes in it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../../e2e/browser.ts'
import { go, visit } from '../../e2e/page.ts'
import { type Studio, startStudio } from '../../e2e/studio.ts'
import { figure } from '../../figures.ts'

let browser: Browser
let studio: Studio

beforeAll(async () => {
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio()])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await studio?.stop()
})

test('no request leaves for another host', async () => {
  const { page, context } = await visit(browser, 'about:blank', { newcomer: true })
  const asked: string[] = []
  context.on('request', (request) => asked.push(request.url()))
  page.on('websocket', (socket) => asked.push(socket.url()))
  await page.goto(studio.address)
  const main = page.locator('#main')
  await main.waitFor()
  await page.keyboard.press('Escape')
  for (const key of ['p', 'd', 't', 'c', 'a']) {
    await go(page, key)
    await page.waitForTimeout(300)
  }
  await go(page, 'd')
  // The first row's replay, the palette and the help.
  await page.getByRole('row').filter({ hasText: 'bubble/25' }).first().click()
  await page.getByText('Replayed exactly as it was recorded').waitFor()
  for (const shortcut of ['Control+k', 'Escape', '?', 'Escape']) await page.keyboard.press(shortcut)
  await go(page, 'p')
  await page.keyboard.press('n')
  await page.waitForTimeout(500)

  const { host } = new URL(studio.address)
  const elsewhere = asked.filter((address) => {
    const url = new URL(address)
    return !['data:', 'blob:', 'about:'].includes(url.protocol) && url.host !== host
  })
  figure('requests of the page', asked.length, 'requests')
  figure('requests of the page to other hosts', elsewhere.length, 'requests')
  expect(asked.length).toBeGreaterThan(5)
  expect(elsewhere).toEqual([])
  expect(await page.locator('link[rel=preconnect], link[rel=dns-prefetch], link[rel=prefetch]').count()).toBe(
    0,
  )
  await context.close()
})
