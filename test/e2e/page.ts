/** A page of the studio that remembers everything the browser complained about. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { enter } from '../studio/browser-client.ts'

export interface Visit {
  readonly page: Page
  /** Console errors, uncaught exceptions and refusals of the content security policy. */
  readonly complaints: string[]
  readonly context: BrowserContext
}

interface VisitOptions {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
  /** With animations; without them a step is over at once. */
  readonly motion?: boolean
  /** Where in the studio to begin: '#/train'. */
  readonly route?: string
  /** Keeps the first-start card. */
  readonly newcomer?: boolean
}

export async function visit(browser: Browser, address: string, options: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: options.motion ? 'no-preference' : 'reduce',
    acceptDownloads: true,
  })
  if (!options.newcomer) {
    await context.addInitScript(() => {
      const key = 'understudy.settings'
      if (localStorage.getItem(key) === null) localStorage.setItem(key, '{"welcomed":true}')
    })
  }
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  if (options.route === undefined) await page.goto(address)
  else {
    // Straight to the route, as a page that was let in before: entering by the key first would begin a game.
    await page.addInitScript(
      (secret) => sessionStorage.setItem('understudy.secret', secret),
      await enter(address),
    )
    await page.goto(`${new URL(address).origin}/${options.route}`)
  }
  return { page, complaints, context }
}

/** Goes to a page by its key sequence. */
export async function go(page: Page, key: string): Promise<void> {
  await page.locator('#main').focus()
  await page.keyboard.press('g')
  await page.keyboard.press(key)
}
