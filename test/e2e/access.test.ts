/** What axe-core finds on every page and every dialog, in both themes and at both sizes, and targets that are hard to hit. */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryDirectory } from '../studio/support.ts'
import { launchBrowser } from './browser.ts'
import { walkToGoal } from './keyboard-player.ts'
import { visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const launcher = fileURLToPath(new URL('../../bin/understudy.js', import.meta.url))

let browser: Browser
let studio: Studio

beforeAll(async () => {
  const data = temporaryDirectory()
  const train = ['train', '--env', 'bubble/25', '--max-steps', '600', '--run-id', 'short', '--data', data]
  const { status, stderr } = spawnSync(process.execPath, [launcher, ...train], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio(data)])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await studio?.stop()
})

const EVERYTHING = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}
/** All that another theme can change. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/** Runs in the page. */
const violations = (rules: typeof EVERYTHING) => `axe.run(document, {
  runOnly: ${JSON.stringify(rules)},
  resultTypes: ['violations'],
}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
  nodes.map(({ target, any, all, none }) =>
    id + ' at ' + target.join(' ') + ': ' + [...any, ...all, ...none].map(({ message }) => message).join('; '))))`

/** Runs in the page: what is pressed and is less than 24 pixels wide or high. A link in a sentence may be. */
const small = `[...document.querySelectorAll('button, [role=button], a, input, [role=slider], summary, [tabindex="0"]')]
  .filter((element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((element) => element.closest('.spoken, p') === null && !element.matches(':disabled'))
  // What its label belongs to is pressed by the label, too.
  .map((element) => [element, (element.labels?.[0] ?? element).getBoundingClientRect(), element.getBoundingClientRect()])
  .filter(([, box, own]) => Math.max(box.width, own.width) < 23.5 || Math.max(box.height, own.height) < 23.5)
  .map(([element, box]) => element.outerHTML.slice(0, 160) + ' ' + box.width + 'x' + box.height)`

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
] as const

/** At both sizes. */
async function lookTwice(page: Page, where: string, rules: typeof EVERYTHING): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size)
    await look(page, `${where} at ${size.width}x${size.height}`, rules)
  }
}

async function look(page: Page, where: string, rules = EVERYTHING): Promise<void> {
  await expect.poll(() => page.evaluate('document.getAnimations().length'), { timeout: 5_000 }).toBe(0)
  expect.soft(await page.evaluate(violations(rules)), where).toEqual([])
  expect.soft(await page.evaluate(small), `${where}: targets`).toEqual([])
}

/** Every page as it lies there, wide and narrow. */
async function pages(
  page: Page,
  open: (hash: string) => Promise<unknown>,
  rules: typeof EVERYTHING,
): Promise<void> {
  await page.locator('[data-board]').waitFor()
  await lookTwice(page, 'play', rules)
  await open('#/demonstrations?first=1')
  await page.getByText('Replayed exactly as it was recorded').waitFor()
  await lookTwice(page, 'demonstrations', rules)
  await open('#/train')
  await page.getByRole('region', { name: 'bubbles per level' }).locator('canvas').waitFor()
  await lookTwice(page, 'train', rules)
  await open('#/compare?contenders=scripted,agent:short')
  await page.getByRole('slider', { name: 'Position in the replay' }).waitFor()
  await lookTwice(page, 'compare', rules)
  await open('#/agents')
  await page.getByRole('article', { name: 'short' }).waitFor()
  await lookTwice(page, 'agents', rules)
  await open('#/storage')
  await page.getByRole('heading', { name: 'Storage' }).waitFor()
  await lookTwice(page, 'storage', rules)
}

/** What opens on them. */
async function dialogs(page: Page, open: (hash: string) => Promise<unknown>): Promise<void> {
  const close = () => page.keyboard.press('Escape')
  const dialog = page.getByRole('dialog')
  const inDialog = async (keys: string, name: string) => {
    await page.locator('#main').focus()
    await page.keyboard.press(keys)
    await page.getByRole('dialog', { name }).waitFor()
    await look(page, name)
    await close()
    await dialog.waitFor({ state: 'detached' })
  }
  await inDialog('?', 'Keys')
  await inDialog('Control+,', 'Settings')
  await page.keyboard.press('Control+k')
  await page.getByLabel('Find a command').last().fill('short')
  await page.getByRole('dialog', { name: 'Commands' }).waitFor()
  await look(page, 'palette')
  await close()

  await open('#/play')
  await page.locator('[data-board]').focus()
  await page.keyboard.press('Space')
  await page.getByText('1 saved').waitFor()
  await open('#/play?env=basic&seed=3')
  await page.getByRole('dialog', { name: 'Keep this play?' }).waitFor()
  await look(page, 'keep this play?')
  await dialog.getByRole('button', { name: 'Discard' }).click()
  await page.getByText('Play discarded').waitFor()
  await walkToGoal(page)
  await look(page, 'result')
  await page.keyboard.press('d')

  await open('#/demonstrations?first=1')
  await page.getByText('Replayed exactly as it was recorded').waitFor()
  await page.getByText('Data as a table').click()
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByRole('menu').waitFor()
  await look(page, 'export')
  await close()
  await page.getByRole('button', { name: 'Tag', exact: true }).click()
  await page.getByLabel('New tag').waitFor()
  await look(page, 'tag')
  await close()

  await open('#/train?new=1')
  await page.getByText('Advanced').click()
  await look(page, 'new run')
  await open('#/compare?contenders=scripted,agent:short')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('menu').or(page.getByRole('listbox')).first().waitFor()
  await look(page, 'add a contender')
  await close()
  await open('#/agents')
  await page.getByRole('button', { name: 'Rename short' }).click()
  await page.getByLabel('Name', { exact: true }).waitFor()
  await look(page, 'rename')
  await close()
  await open('#/storage')
  await page.getByRole('button', { name: 'Empty the trash' }).first().click()
  await page.getByText('This cannot be undone').waitFor()
  await look(page, 'empty the trash')
}

test.each([
  ['light', SIZES[0]],
  ['dark', SIZES[1]],
] as const)('nothing stands in the way in the %s theme', { timeout: 180_000 }, async (theme, forDialogs) => {
  const dark = theme === 'dark'
  const { page, complaints, context } = await visit(browser, studio.address, { ...forDialogs, dark })
  const open = (hash: string) => page.evaluate(`location.hash = '${hash}'`)
  await page.locator('[data-board]').waitFor()
  await page.evaluate(axe)
  await pages(page, open, dark ? COLOURS : EVERYTHING)
  await page.setViewportSize(forDialogs)
  await open('#/play')
  await page.locator('[data-board]').waitFor()
  await dialogs(page, open)
  expect(complaints).toEqual([])
  await context.close()
})

test('nothing stands in the way of whoever came without a key', async () => {
  const { page, context } = await visit(browser, studio.origin)
  await page.getByRole('heading', { name: 'This page needs a key' }).waitFor()
  await page.evaluate(axe)
  await look(page, 'no key')
  await context.close()
})
