/**
 * The moving picture of the README, filmed in the real studio: a few shots, sped up, a run of SAC + GAIL as a time lapse, and the
 * agent beside the reference player and the person. Writes numbered frames, ten a second:
 *
 *     node bin/run.js test/e2e/moving-picture.ts --out FRAMES
 *
 * They become one file outside the repository, which has no encoder, with Python's Pillow:
 *
 *     python3 -c "import sys, pathlib, PIL.Image as I; a, *b = map(I.open, sorted(pathlib.Path(sys.argv[1]).glob('*.png')));
 *     a.save(sys.argv[2], save_all=True, append_images=b, duration=100, quality=60, method=6)" FRAMES docs/screenshots/tour.webp
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { readUnderstudy } from '../../core/demos/index.ts'
import { launchBrowser } from './browser.ts'
import { playByKeyboard } from './keyboard-player.ts'
import { visit } from './page.ts'
import { startStudio } from './studio.ts'

const { values } = parseArgs({ options: { out: { type: 'string' } } })
if (values.out === undefined) throw new Error('--out FRAMES says where the frames go')
const out = values.out
const FRAME_MS = 100
const SIZE = { width: 1120, height: 700 }
const SHOTS = 7
const MAX_STEPS = 6000
const TRAINING_MS = 15 * 60_000
const PLAY_FRAMES = 75
const LAPSE_FRAMES = 55
const PAUSE_MS = 800

/** One picture of the screen, as the browser painted it. */
interface Painted {
  readonly atMs: number
  readonly png: Buffer
}

await mkdir(out, { recursive: true })
let written = 0
const studio = await startStudio()
const browser = await launchBrowser()
const { page } = await visit(browser, studio.address, { ...SIZE, motion: true })
const session = await page.context().newCDPSession(page)
let painted: Painted[] = []
session.on('Page.screencastFrame', ({ data, sessionId, metadata }) => {
  painted.push({ atMs: 1000 * (metadata.timestamp ?? 0), png: Buffer.from(data, 'base64') })
  void session.send('Page.screencastFrameAck', { sessionId })
})

try {
  const seed = await play(page)
  await train(page)
  await compare(page, seed)
} finally {
  await browser.close()
  await studio.stop()
}

/** Films what `act` does. @param frames  how many to keep, evenly spread; all of ten a second when left out */
async function film(act: () => Promise<void>, frames?: number): Promise<void> {
  painted = []
  await session.send('Page.startScreencast', { format: 'png', maxWidth: SIZE.width, maxHeight: SIZE.height })
  await act()
  await session.send('Page.stopScreencast')
  const from = painted[0]!.atMs
  const until = painted.at(-1)!.atMs
  const count = frames ?? Math.ceil((until - from) / FRAME_MS)
  for (let index = 0; index < count; index++) {
    const moment = from + ((until - from) * (index + 1)) / count
    const frame = painted.findLast(({ atMs }) => atMs <= moment)!
    await writeFile(join(out, `${String(written++).padStart(4, '0')}.png`), frame.png)
  }
  console.log(`${written} frames`)
}

/** The first shots of a reference playthrough. @returns the seed of its board */
async function play(page: Page): Promise<number> {
  const bundled = new URL('../../demos/bubble-25.understudy', import.meta.url)
  const [episode] = readUnderstudy(await readFile(bundled), 'bubble-25.understudy')
  const { seed, discrete } = episode!
  await page.getByLabel('Board (seed)').fill(String(seed))
  await page.getByLabel('Board (seed)').press('Enter')
  await page.waitForURL(new RegExp(`seed=${seed}`))
  await page.locator('[data-board]').focus()
  await page.waitForTimeout(PAUSE_MS)
  const shots = Array.from({ length: SHOTS }, (_, step) => ({
    notch: discrete[2 * step]!,
    swap: discrete[2 * step + 1] === 1,
  }))
  await film(async () => {
    await playByKeyboard(page, shots)
    await page.waitForTimeout(PAUSE_MS)
  }, PLAY_FRAMES)
  await page.keyboard.press('k')
  return Number(seed)
}

async function train(page: Page): Promise<void> {
  await open('#/train?new=1')
  await page.getByLabel('Name', { exact: true }).fill('first')
  await page.getByText('Advanced').click()
  await page.getByLabel('Max steps').fill(String(MAX_STEPS))
  await page.getByText('Advanced').click()
  await page.waitForTimeout(PAUSE_MS)
  await film(async () => {
    await page.getByRole('button', { name: 'Start training' }).hover()
    await page.waitForTimeout(2 * PAUSE_MS)
  })
  await film(async () => {
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.getByText('finished', { exact: true }).waitFor({ timeout: TRAINING_MS })
    await page.waitForTimeout(PAUSE_MS)
  }, LAPSE_FRAMES)
}

async function compare(page: Page, seed: number): Promise<void> {
  await open(`#/compare?seed=${seed}`)
  await page.getByRole('article').nth(1).waitFor({ timeout: TRAINING_MS })
  await page.locator('#main').focus()
  // To four times the speed.
  for (let press = 0; press < 2; press++) await page.keyboard.press('+')
  await page.waitForTimeout(PAUSE_MS)
  await film(async () => {
    await page.keyboard.press('Space')
    await page.waitForTimeout(9 * PAUSE_MS)
  })
}

async function open(hash: string): Promise<void> {
  await page.goto(`${studio.origin}/${hash}`)
  await page.reload()
  await page.waitForTimeout(PAUSE_MS)
}
