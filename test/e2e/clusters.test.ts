/** Where a run is trained, in a real browser, against a server in place of a cluster's dashboard. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FakeCluster } from '../cluster/dashboard.ts'
import { leaveOnCluster } from '../cluster/left-run.ts'
import { temporaryDirectory } from '../studio/support.ts'
import { launchBrowser } from './browser.ts'
import { visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Runs in the page. */
const violations = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' at ' + target.join(' '))))`

const cluster = new FakeCluster()
let browser: Browser
let studio: Studio

beforeAll(async () => {
  // Those of other tests are no business of this one, nor the other way round.
  process.env.UNDERSTUDY_CONFIG = temporaryDirectory()
  process.env.RAY_AUTH_TOKEN = 'wrong'
  await cluster.open()
  const directory = temporaryDirectory()
  leaveOnCluster(directory, cluster, 'far', 'job-1')
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio(directory)])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await studio?.stop()
  cluster.close()
})

test('a run is trained on a cluster that is chosen under Where', { timeout: 60_000 }, async () => {
  const { page, complaints, context } = await visit(browser, studio.address, {
    width: 1024,
    height: 700,
    dark: true,
    route: '#/train?run=far',
  })
  await page.evaluate(axe)
  const settled = async (where: string) => {
    await expect.poll(() => page.evaluate('document.getAnimations().length')).toBe(0)
    expect.soft(await page.evaluate(violations), where).toEqual([])
    expect.soft(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), where).toBe(false)
  }

  // It was left on a cluster that nobody has saved here, so nobody has gone there.
  const left = page.getByRole('status').filter({ hasText: 'may still be trained there' })
  await left.getByText(`Left on ${cluster.address}`).waitFor()
  await settled('left')
  await left.getByRole('button', { name: 'Follow it again' }).click()
  await page.getByText(`on ${cluster.address}, followed again since`).waitFor()

  await page.evaluate("location.hash = '#/train?new=1&env=basic&preset=ppo'")
  const where = page.getByRole('combobox', { name: 'Where' })
  await where.click()
  await page.getByRole('option', { name: 'Add a cluster' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a cluster' })
  await dialog.getByLabel('Name').fill('lab')
  await dialog.getByLabel('Address').fill('lab:8265')
  await page.keyboard.press('Enter')
  await dialog.getByText('is not the address of a cluster').waitFor()
  await settled('adding')
  await dialog.getByLabel('Address').fill(cluster.address)
  cluster.cpus = 0
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  expect(await where.inputValue()).toBe('lab')
  await page.getByText('The job needs 1 CPU').waitFor()
  const start = page.getByRole('button', { name: 'Start training' })
  expect(await start.isDisabled()).toBe(true)
  cluster.cpus = 3
  await page.getByLabel('Name', { exact: true }).fill('Second')
  await expect.poll(() => start.isDisabled()).toBe(false)
  await settled('new run')
  cluster.token = 'secret'
  await start.click()
  await page.getByText('does not take the token').waitFor()
  cluster.token = null

  await page.evaluate("location.hash = '#/clusters'")
  const card = page.getByRole('article', { name: 'lab' })
  await card.getByRole('row', { name: '10.0.0.1 head' }).waitFor()
  expect(await card.getByRole('link', { name: 'far' }).getAttribute('href')).toBe('#/train?run=far')
  await settled('clusters')
  await card.getByRole('button', { name: 'Remove lab' }).click()
  await page.getByRole('heading', { name: 'No clusters yet' }).waitFor()
  await page.keyboard.press('Control+z')
  await card.waitFor()
  expect(complaints).toEqual([])
  await context.close()
})
