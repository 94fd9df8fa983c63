/** The game of the guide, one file that draws itself: played, replayed and compared like a game in the box. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveBlock } from '../guide/page.ts'
import { temporaryDirectory } from '../studio/support.ts'
import { launchBrowser } from './browser.ts'
import { go, type Visit, visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

const BALLS = 3
const FALL = 4

let browser: Browser
let studio: Studio
let here: Visit
let page: Page

beforeAll(async () => {
  const plugin = saveBlock('your-own-environment.md', 'ts', temporaryDirectory(), 'catch.ts')
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio(undefined, { plugin })])
  here = await visit(browser, studio.address, { route: '#/play?env=my%2Fcatch&seed=5', motion: true })
  page = here.page
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await studio?.stop()
})

/** Where ball and paddle are, by what is said to whoever does not see the board. */
async function columns(): Promise<{ ball: number; paddle: number }> {
  const said = await page.getByText(/^the ball is above column/).textContent()
  const [ball, paddle] = said!.match(/\d/g)!.map(Number)
  return { ball: ball!, paddle: paddle! }
}

/** How many different colours there are on the board. */
const COLOURS = `(() => {
  const canvas = document.querySelector('[data-board] canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return new Set(new Uint32Array(data.buffer)).size
})()`

test('it is played by the keyboard, with its panel beside it', async () => {
  const panel = page.locator('dl[aria-label="State of the game"]')
  await panel.waitFor()
  expect(await panel.textContent()).toMatch(/Caught0 of 3.*Balls to come2/)
  expect(await page.getByLabel('Keys', { exact: true }).textContent()).toMatch(/Move/)
  expect(await page.evaluate(COLOURS)).toBeGreaterThan(20)
  await page.locator('[data-board]').focus()
  for (let step = 1; step <= BALLS * FALL; step++) {
    const { ball, paddle } = await columns()
    await page.keyboard.press(ball < paddle ? 'ArrowLeft' : ball > paddle ? 'ArrowRight' : 'Space')
    await page.getByText(`${step} saved`).waitFor()
  }
  await page.getByRole('region', { name: 'Result' }).waitFor()
  expect(await panel.textContent()).toMatch(/Caught3 of 3.*Balls to come0/)
  await page.keyboard.press('Enter')
  await page.getByText('Kept in your demonstrations').waitFor()
})

test('what the mask forbids does nothing, and says nothing', async () => {
  // After a play that was kept a board begins by itself; the one asked for here has another seed.
  await page.locator('dl', { hasText: 'Caught0 of 3' }).waitFor()
  const seed = page.getByLabel('Board (seed)')
  const before = await seed.inputValue()
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await expect.poll(() => seed.inputValue()).not.toBe(before)
  await page.getByText('the paddle in column 3').waitFor()
  await page.locator('[data-board]').focus()
  for (const [presses, column] of [
    [1, 2],
    [2, 1],
  ] as const) {
    await page.keyboard.press('ArrowLeft')
    await page.getByText(`the paddle in column ${column}`).waitFor()
    await page.getByText(`${presses} saved`).waitFor()
  }
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowRight')
  await page.getByText('3 saved').waitFor()
  await page.getByText('the paddle in column 2').waitFor()
  await page.keyboard.press('d')
})

test('it is replayed, with what happened in words and marks', async () => {
  await go(page, 'd')
  await page.getByRole('row').filter({ hasText: 'my/catch' }).first().click()
  await page.getByRole('img', { name: /^step / }).waitFor()
  await page.getByRole('slider', { name: 'Position in the replay' }).focus()
  for (let step = 0; step < FALL; step++) await page.keyboard.press('ArrowRight')
  await page.getByRole('img', { name: `step ${FALL}: Caught it` }).waitFor()
  expect(await page.locator('dl[aria-label="State of the game"]').textContent()).toMatch(/Caught1 of 3/)
})

test('it is compared on one board with whoever else plays it', async () => {
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  const boards = page.getByRole('img', { name: /of 12 steps$/ })
  await expect.poll(() => boards.count()).toBe(2)
  await expect.poll(() => page.locator('dl[aria-label="State of the game"]').count()).toBe(2)
})

test('its preset is offered, the recommended one first', async () => {
  await page.goto(`${studio.origin}/#/train?new=1&env=my%2Fcatch`)
  const first = page.getByRole('group', { name: 'How it learns' }).locator('label').first()
  await first.getByText('recommended').waitFor()
  expect(await first.textContent()).toContain('Catches all three balls after a few seconds of training.')
  expect(here.complaints).toEqual([])
})
