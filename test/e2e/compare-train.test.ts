/** Train and Compare in a real Chromium: what a person may ask of a run before, while and after it is trained. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { type Visit, visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

let browser: Browser
let studio: Studio
let here: Visit
let page: Page

beforeAll(async () => {
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio()])
  here = await visit(browser, studio.address, { route: '#/train?new=1&env=basic&preset=ppo' })
  page = here.page
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await studio?.stop()
})

async function open(hash: string): Promise<void> {
  await page.goto(`${studio.origin}/${hash}`)
  await page.reload()
}

const startButton = () => page.getByRole('button', { name: 'Start training' })

async function train(name: string, maxSteps: number, environment = 'basic'): Promise<void> {
  await open(`#/train?new=1&env=${environment}&preset=ppo`)
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByText('Advanced').click()
  await page.getByLabel('Max steps').fill(String(maxSteps))
  await expect.poll(() => page.locator('pre').textContent()).toContain(`max_steps: ${maxSteps}`)
  await startButton().click()
}

test('a run is watched before its first step and stopped', { timeout: 60_000 }, async () => {
  await train('endless', 1_000_000_000)
  await page.getByRole('button', { name: 'Watch it play' }).click()
  await page.getByText(/^step \d+, won|^step \d+, not won|^step \d+$/).waitFor()
  await open('#/compare?env=basic')
  await page.getByRole('article', { name: 'endless' }).waitFor()
  await open('#/train?run=endless')
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('button', { name: 'Resume' }).waitFor({ timeout: 30_000 })
})

test('what the machine cannot do, and what is not understood, is not begun', async () => {
  await open('#/train?new=1&env=bubble/25&preset=sac-gail')
  await page.getByText('21 demonstrations of').waitFor()
  const filter = page.getByLabel('Which demonstrations')
  await filter.fill('bubbles<22 colour:red')
  await page.getByText('This filter is not understood: colour:red').waitFor()
  await expect.poll(() => startButton().isDisabled()).toBe(true)
  await filter.fill('bubbles<22')
  await expect.poll(() => startButton().isEnabled()).toBe(true)
  await page.getByText('Advanced').click()
  await page.getByLabel('Buffer size').fill('1000000000000')
  await page
    .getByText(/^Buffer size: with .* remembered steps the run needs about \d+ TB, and this machine has/)
    .waitFor()
  expect(await startButton().isDisabled()).toBe(true)
})

test('what a run has is switched by the keyboard, and its settings come and go with it', async () => {
  await open('#/train?new=1&env=basic&preset=ppo')
  await page.getByText('Advanced').click()
  const yaml = page.locator('pre')
  const memory = page.getByRole('switch', { name: 'Memory' })
  await memory.press('Space')
  await page.getByLabel('Sequence length').fill('16')
  await expect.poll(() => yaml.textContent()).toContain('sequence_length: 16')
  await memory.press('Space')
  await expect.poll(() => page.getByLabel('Sequence length').count()).toBe(0)
  await expect.poll(() => yaml.textContent()).not.toContain('memory')
  await page.getByRole('switch', { name: 'GAIL' }).press('Space')
  await page.getByText('Demonstrations: this run learns from demonstrations and none are chosen').waitFor()
  await page.getByText('no demonstration', { exact: true }).waitFor()
  expect(await startButton().isDisabled()).toBe(true)
})

const BROUGHT = `behaviors:
  Mine:
    trainer_type: dqn
    hyperparameters: { batch_sise: 32 }
    max_steps: 700
env_settings: { env: basic }
`

/** As a person would: the event carries what they copied, or the file that they hold. */
function bring(kind: 'paste' | 'drop'): Promise<void> {
  return page.evaluate(
    `{
      const data = new DataTransfer()
      if ('${kind}' === 'paste') data.setData('text/plain', ${JSON.stringify(BROUGHT)})
      else data.items.add(new File([${JSON.stringify(BROUGHT)}], 'third.yaml'))
      const init = { bubbles: true, cancelable: true }
      document.body.dispatchEvent('${kind}' === 'paste'
        ? new ClipboardEvent('paste', { ...init, clipboardData: data })
        : new DragEvent('drop', { ...init, dataTransfer: data }))
    }`,
  )
}

test.each(['paste', 'drop'] as const)('a configuration fills the form, by %s', async (kind) => {
  await open(kind === 'paste' ? '#/train?new=1&env=bubble/25' : '#/agents')
  await (kind === 'paste' ? startButton() : page.getByRole('link', { name: 'Agents' })).waitFor()
  await bring(kind)
  await page.getByText('Taken over, but for 1 thing').waitFor()
  const problem = page.getByRole('listitem').filter({ hasText: 'batch_sise' })
  expect(await problem.textContent()).toBe(
    'Line 4, behaviors › Mine › hyperparameters › batch_sise: Unknown key. Did you mean "batch_size"?',
  )
  expect(await page.getByRole('radio', { name: /Your configuration/ }).isChecked()).toBe(true)
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(kind === 'drop' ? 'third' : '')
  expect(await page.getByRole('combobox', { name: 'Environment', exact: true }).inputValue()).toBe('Basic')
  await page.getByText('Advanced').click()
  await page.getByLabel('Batch size').fill('32')
  await expect.poll(() => page.locator('pre').textContent()).toContain('batch_size: 32')
  expect(await page.locator('pre').textContent()).toContain('max_steps: 700')
  await expect.poll(() => startButton().isEnabled()).toBe(true)
})

test('a run that has finished shows what it was made with, and goes on', { timeout: 60_000 }, async () => {
  await train('short', 500)
  await page.getByText('finished', { exact: true }).waitFor({ timeout: 30_000 })
  const made = page.getByRole('region', { name: 'Made with' })
  await made.getByText('Configuration').click()
  const [, seed] = /seed: (\d+)/.exec((await made.locator('pre').textContent())!)!
  expect(await made.locator('dd').first().textContent()).toBe(seed)
  await page.getByRole('button', { name: 'Train on' }).click()
  await page.getByLabel('Train until step').fill('900')
  await page.keyboard.press('Enter')
  await page.getByText(/^9\d\d of 900$/).waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Train on' }).waitFor({ timeout: 30_000 })
})

test('no two runs have one name, and a deleted one comes back', async () => {
  await page.getByRole('button', { name: 'Rename short' }).click()
  await page.getByLabel('Name').fill('endless')
  await page.getByLabel('Name').press('Enter')
  await page.getByText('the name "endless" is already taken').waitFor()
  const runs = page.getByRole('complementary', { name: 'Runs' }).getByRole('list')
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('short deleted').waitFor()
  await expect.poll(() => runs.getByRole('link').count()).toBe(1)
  await page.locator('#main').focus()
  await page.keyboard.press('Control+z')
  await runs.getByRole('link', { name: 'short' }).waitFor()
  await page.waitForURL(/run=short/)
})

test('each chart has a title of its own, and its legend the dashes of its lines', async () => {
  await open('#/train?run=endless')
  await page.getByText('More curves').click()
  const titles = await page.locator('section[title] > h3').allTextContents()
  expect(titles.length).toBeGreaterThan(3)
  expect(new Set(titles).size).toBe(titles.length)
  const losses = page.locator('section[title]', { has: page.getByRole('heading', { name: 'Losses' }) })
  const markers = await losses
    .locator('.u-marker')
    .evaluateAll((all) =>
      all.map((marker) => (marker as unknown as { style: { background: string } }).style.background),
    )
  const [, first, second] = markers
  expect(first).not.toContain('gradient')
  expect(second).toContain('repeating-linear-gradient')
})

test('Compare brings the board of a play along, and says who has not played it', async () => {
  await open('#/compare?env=bubble/25&contenders=scripted')
  await page.getByRole('article', { name: 'scripted reference player', exact: true }).waitFor()
  const add = async (board: number) => {
    await page.getByRole('button', { name: 'Add' }).click()
    const search = page.getByLabel('Search for players to compare')
    await expect.poll(() => search.evaluate((field) => field.matches(':focus'))).toBe(true)
    await page.keyboard.type(`board ${board}`)
    await page.getByRole('option', { name: new RegExp(`board ${board} `) }).click()
    await page.waitForURL(new RegExp(`seed=${board}`))
  }
  await add(238)
  await page.getByRole('article', { name: 'scripted reference player, board 238' }).waitFor()
  await add(218)
  const absent = page.getByRole('article', { name: 'scripted reference player, board 238' })
  await absent.getByText('This was played on another board.').waitFor()
  await page.reload()
  expect(await page.getByLabel('Board (seed)').inputValue()).toBe('218')
  await absent.getByRole('button', { name: 'Show board 238' }).click()
  await page.waitForURL(/seed=238/)
  await page
    .getByRole('article', { name: 'scripted reference player, board 218' })
    .getByText('another')
    .waitFor()
})

test('nothing of Compare lies outside a small window', { timeout: 60_000 }, async () => {
  await train('an agent that has a rather long name', 500, 'bubble/25')
  await page.getByText('finished', { exact: true }).waitFor({ timeout: 30_000 })
  const [, id] = /run=([\w-]+)/.exec(page.url())!
  await page.setViewportSize({ width: 1024, height: 700 })
  await open(`#/compare?env=bubble/25&contenders=scripted,episode:1,agent:${id},agent:${id}@0`)
  // Whoever is not ready yet is not in the table.
  await page.getByLabel(/at 0 steps, \d+ of \d+ steps$/).waitFor({ timeout: 30_000 })
  await page.getByLabel(/rather long name, \d+ of \d+ steps$/).waitFor()
  await page.getByText('20 boards').click()
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  await page.getByText(/^How likely each player is to need fewer bubbles/).waitFor({ timeout: 40_000 })
  expect(await page.getByRole('columnheader').count()).toBe(6 + 5)
  const outside = await page
    .locator('#main *')
    .evaluateAll(
      (all, width) =>
        all
          .filter((one) => one.getBoundingClientRect().right > width || one.scrollWidth > width)
          .map((one) => `${one.tagName} ${one.textContent}`),
      1024,
    )
  expect(outside).toEqual([])
})

test('nothing went wrong in the page', () => {
  expect(here.complaints).toEqual([])
})
