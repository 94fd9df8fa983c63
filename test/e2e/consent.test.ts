import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { temporaryDirectory } from '../studio/support.ts'
import { launchBrowser } from './browser.ts'
import { visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

let browser: Browser
let studio: Studio

beforeAll(async () => {
  vi.stubEnv('UNDERSTUDY_PYTHON', join(import.meta.dirname, '../remote/fake-python.js'))
  vi.stubEnv('UNDERSTUDY_CONFIG', temporaryDirectory())
  browser = await launchBrowser()
  studio = await startStudio()
}, 120_000)

afterAll(async () => {
  await studio.stop()
  await browser.close()
  vi.unstubAllEnvs()
})

test('a person is asked before a program of others is started, and no is no', async () => {
  const { page, complaints } = await visit(browser, studio.address)
  const open = async () => {
    await page.getByRole('combobox', { name: 'Environment', exact: true }).click()
    await page.getByRole('option', { name: 'Another…' }).click()
    await page.getByLabel('Environment of another program').fill('gym:Count-v0')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
  }
  await open()
  const question = page.getByRole('dialog', { name: 'Start a program on this computer?' })
  await question.getByText('runs Gymnasium with').waitFor()
  await question.getByRole('button', { name: 'Don’t start it' }).click()
  await page.getByText('gym:Count-v0 has not been added here').waitFor()
  expect(await question.count()).toBe(0)

  await open()
  await question.getByText('runs Gymnasium with').waitFor()
  await question.getByRole('button', { name: 'Start it', exact: true }).click()
  await page
    .getByRole('img', { name: /Count-v0/ })
    .or(page.getByText('Count-v0').first())
    .waitFor()
  expect(await question.count()).toBe(0)
  expect(complaints).toEqual([])
})
