/**
 * Pictures of every page of the real studio, for the documentation:
 *
 *     node test/e2e/screenshots.ts [--data DIR] [--out DIR] [--size 1440x900] [--dark]
 *
 * Without --data it makes a library and trains the agent that the pictures show (a few minutes).
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { readUnderstudy } from '../../core/demos/index.ts'
import { launchBrowser } from './browser.ts'
import { playByKeyboard } from './keyboard-player.ts'
import { visit } from './page.ts'
import { startStudio } from './studio.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('../../docs/screenshots', import.meta.url)) },
    size: { type: 'string', default: '1440x900' },
    dark: { type: 'boolean', default: false },
  },
})
const [width, height] = values.size.split('x').map(Number)
const TRAINING_MS = 15 * 60_000
const SETTLE_MS = 1500

const parent = await mkdtemp(join(tmpdir(), 'understudy-'))
const data = values.data ?? join(parent, 'library')
await mkdir(data, { recursive: true })
await mkdir(values.out, { recursive: true })
const studio = await startStudio(data)
const browser = await launchBrowser()
const { page } = await visit(browser, studio.address, { width, height, dark: values.dark, motion: true })

try {
  await play(page)
  await train(page)
  await demonstrations()
  await compare(page)
  await agents(page)
} finally {
  await browser.close()
  await studio.stop({ keep: true })
  await rm(parent, { recursive: true, force: true })
}

async function take(name: string): Promise<void> {
  await page.screenshot({ path: join(values.out, `${name}.png`) })
  console.log(`${name}.png`)
}

/** A level half-way through, as the scripted player played it. */
async function play(page: Page): Promise<void> {
  const bundled = new URL('../../demos/bubble-25.understudy', import.meta.url)
  const [episode] = readUnderstudy(await readFile(bundled), 'bubble-25.understudy')
  const { seed, discrete } = episode!
  await page.getByLabel('Board (seed)').fill(String(seed))
  await page.getByLabel('Board (seed)').press('Enter')
  await page.waitForURL(new RegExp(`seed=${seed}`))
  const shots = Array.from({ length: 8 }, (_, step) => ({
    notch: discrete[2 * step]!,
    swap: discrete[2 * step + 1] === 1,
  }))
  await playByKeyboard(page, shots)
  await page.keyboard.press('Shift+ArrowLeft')
  await page.waitForTimeout(SETTLE_MS)
  await take('play')
  await page.keyboard.press('d')
  await page.getByText('Play discarded').waitFor()
}

async function train(page: Page): Promise<void> {
  await open('#/train')
  if ((await page.getByText('mastered at').count()) === 0) {
    await open('#/train?new=1')
    await page.getByLabel('Name', { exact: true }).fill('first')
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.getByText('finished', { exact: true }).waitFor({ timeout: TRAINING_MS })
  }
  await page.getByRole('button', { name: 'Watch it play' }).click()
  await page.waitForTimeout(4 * SETTLE_MS)
  await take('train')
}

async function demonstrations(): Promise<void> {
  await open('#/demonstrations?first=1&step=12')
  await take('demonstrations')
}

async function compare(page: Page): Promise<void> {
  await open('#/compare?seed=238')
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  await page
    .getByRole('region', { name: 'On many boards' })
    .getByRole('row')
    .nth(2)
    .waitFor({ timeout: 120_000 })
  await page.locator('#main').focus()
  for (let step = 0; step < 13; step++) await page.keyboard.press('ArrowRight')
  await page.waitForTimeout(SETTLE_MS)
  await take('compare')
}

async function agents(page: Page): Promise<void> {
  await open('#/agents')
  const untested = page.getByRole('button', { name: /Test on 100/ }).first()
  if ((await untested.count()) > 0) {
    await untested.click()
    await page.getByText('on 100 held-out boards').first().waitFor({ timeout: 120_000 })
  }
  await page.waitForTimeout(3 * SETTLE_MS)
  await take('agents')
}

async function open(hash: string): Promise<void> {
  await page.goto(`${studio.origin}/${hash}`)
  await page.reload()
  await page.waitForTimeout(SETTLE_MS)
}
