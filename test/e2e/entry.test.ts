/** How a page is let in, as a person's browser sees it. */
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

let browser: Browser
let studio: Studio
let programs: string

/** Notes its arguments instead of showing anything. */
const opener = (note: string) => `#!/bin/sh\nprintf '%s\\n' "$@" > ${note}\n`

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'understudy-programs-'))
  await writeFile(join(programs, 'xdg-open'), opener(join(programs, 'arguments')))
  await chmod(join(programs, 'xdg-open'), 0o700)
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio(undefined, { programs })])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await studio?.stop()
  await rm(programs, { recursive: true, force: true })
})

const title = 'This page needs a key'

test.runIf(process.platform === 'linux')('the browser is opened on a file that is good once', async () => {
  await expect.poll(() => existsSync(join(programs, 'arguments'))).toBe(true)
  const [path, ...more] = (await readFile(join(programs, 'arguments'), 'utf8')).trimEnd().split('\n')
  expect(more).toEqual([])
  expect(path).toMatch(/open-[0-9a-f]{16}\.html$/)
  expect((await stat(path!)).mode & 0o777).toBe(0o600)
  const page = await readFile(path!, 'utf8')

  const { page: first, complaints, context } = await visit(browser, `file://${path}`)
  await first.locator('[data-board]').waitFor()
  expect(first.url()).not.toContain('open=')
  expect(existsSync(path!)).toBe(false)
  expect(complaints).toEqual([])
  // The way back leads to no page that holds the key.
  await first.goBack()
  expect(await first.evaluate('location.href')).not.toContain('open=')
  await context.close()

  const address = /"(http:[^"]+)"/.exec(page)![1]!
  const second = await visit(browser, address)
  await second.page.getByRole('heading', { name: title }).waitFor()
  await second.context.close()
})

test('the key leaves the address and the history, and the page outlives reloads', async () => {
  const { page, context, complaints } = await visit(browser, studio.address)
  await page.locator('[data-board]').waitFor()
  expect(page.url()).not.toContain('open=')
  const secret = await readFile(join(studio.directory, 'studio.secret'), 'utf8')
  expect(await page.evaluate(`sessionStorage.getItem('understudy.secret')`)).toBe(secret)
  expect(await page.evaluate('JSON.stringify(localStorage) + document.cookie')).not.toContain(secret)
  await page.reload()
  await page.locator('[data-board]').waitFor()
  // A tab that is duplicated takes the session storage along, as one that the page opens does.
  const [duplicate] = await Promise.all([context.waitForEvent('page'), page.evaluate(`window.open('/')`)])
  await duplicate.locator('[data-board]').waitFor()
  expect(complaints).toEqual([])
  await context.close()
  // The printed address is good for another browser, too.
  const other = await visit(browser, studio.address)
  await other.page.locator('[data-board]').waitFor()
  await other.context.close()
})

test('without a key the page says what to do, and takes one that is pasted into its address', async () => {
  const { page, context } = await visit(browser, studio.origin)
  await page.getByRole('heading', { name: title }).waitFor()
  expect(await page.locator('[data-board]').count()).toBe(0)
  await page.goto(`${studio.origin}/#open=${'0'.repeat(64)}`)
  await page.waitForURL(`${studio.origin}/`)
  await page.getByRole('heading', { name: title }).waitFor()
  await page.goto(studio.address)
  await page.locator('[data-board]').waitFor()
  expect(page.url()).not.toContain('open=')
  await context.close()
})

test('pages come back by themselves when the studio is started again at the same port', async () => {
  const first = await startStudio()
  const { page, context } = await visit(browser, first.address)
  await page.locator('[data-board]').focus()
  await page.keyboard.press('Space')
  await page.getByText('1 saved').waitFor()
  await first.stop({ keep: true })
  await page.getByText('The connection to the studio was lost').waitFor()
  const second = await startStudio(first.directory, { port: Number(new URL(first.origin).port) })
  await page.getByText('The connection to the studio was lost').waitFor({ state: 'detached' })
  await page.getByText('Recovered: 1 play not yet kept or discarded (1 step)').waitFor()
  await context.close()
  await second.stop()
})

test('a file that is too large is refused in words, before it is sent', async () => {
  const { page, context } = await visit(browser, studio.address)
  await page.locator('[data-board]').waitFor()
  const path = join(programs, 'huge.npz')
  await writeFile(path, '')
  await truncate(path, 2 ** 29 + 1)
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+i')])
  await chooser.setFiles(path)
  await page.getByRole('dialog', { name: 'Import' }).getByText('a file may have 512 MB').waitFor()
  await context.close()
})
