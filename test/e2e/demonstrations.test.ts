/** The list of what was played, and finding things by name, as a person does. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { walkToGoal } from './keyboard-player.ts'
import { go, visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

let browser: Browser
let studio: Studio
let page: Page
let complaints: string[]

beforeAll(async () => {
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio()])
  const route = '#/play?env=basic&seed=3'
  ;({ page, complaints } = await visit(browser, studio.address, { width: 1024, height: 700, route }))
  await walkToGoal(page)
  await page.keyboard.press('k')
  await page.getByText('Kept in your demonstrations').waitFor()
  await go(page, 'd')
  await page.getByText('22 demonstrations').waitFor()
}, 120_000)

afterAll(async () => {
  expect(complaints).toEqual([])
  await browser?.close()
  await studio?.stop()
})

test('averages are of one environment at a time, and follow the filter and the row that is shown', async () => {
  const averages = page.getByRole('region', { name: 'Averages' })
  const environment = averages.getByRole('combobox', { name: 'Environment of the averages' })
  await averages.getByRole('img', { name: /^me: 0.93/ }).waitFor()
  expect(await environment.inputValue()).toBe('Basic')
  await environment.click()
  await page.getByRole('option', { name: 'Bubble, level 25' }).click()
  await averages.getByRole('img', { name: /^scripted reference player: 25.1 / }).waitFor()
  await page.getByLabel('Filter').fill('bubbles<20 env:bubble')
  await averages.getByRole('img', { name: /^scripted reference player: 15.2/ }).waitFor()
  await averages.getByText('5 demonstrations').waitFor()
  expect(await environment.count()).toBe(0)
  await page.getByLabel('Filter').fill('')
  await page.getByRole('row', { name: /basic/ }).click()
  await averages.getByRole('img', { name: /^me: 0.93/ }).waitFor()
})

test('all columns fit at 1024x700, and the chosen row looks chosen below the pointer', async () => {
  const row = page.getByRole('row', { name: /basic/ })
  const table = (await page.getByRole('grid').boundingBox())!
  for (const name of ['Player', 'Environment', 'Score', 'Won', 'When', 'Tags', 'Rating']) {
    const box = (await page.getByRole('columnheader', { name }).boundingBox())!
    expect(box.x + box.width, name).toBeLessThanOrEqual(table.x + table.width)
    const cut = await page
      .getByRole('columnheader', { name })
      .evaluate((cell: { scrollWidth: number; clientWidth: number }) => cell.scrollWidth > cell.clientWidth)
    expect(cut, name).toBe(false)
  }
  const below = () =>
    page.evaluate(`getComputedStyle(document.querySelector('tbody tr:hover')).backgroundColor`)
  await page
    .getByRole('row', { name: /bubble/ })
    .first()
    .hover()
  const hovered = await below()
  await row.hover()
  expect(await row.getAttribute('aria-selected')).toBe('true')
  expect(await below()).not.toBe(hovered)
})

test('the menu of formats is in groups and scrolls to its last entry', async () => {
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  const menu = page.getByRole('menu')
  await menu.getByText('For imitation learning').waitFor()
  expect(await menu.getByRole('menuitem').first().textContent()).toContain('Understudy file')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  const last = menu.getByRole('menuitem').last()
  await menu
    .locator('[role=menuitem]:focus')
    .filter({ hasText: (await last.textContent())! })
    .waitFor()
  const [box, around] = [(await last.boundingBox())!, (await menu.boundingBox())!]
  expect(around.y).toBeGreaterThanOrEqual(0)
  expect(box.y + box.height).toBeLessThanOrEqual(around.y + around.height)
  await page.keyboard.press('Escape')
})

test('the palette opens a play by its name, and ? lists the keys of every page', async () => {
  await page.keyboard.press('Control+k')
  await page.getByLabel('Find a command').last().fill('board 236')
  await page.getByRole('button', { name: /scripted reference player, board 236/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('seed 236').waitFor()
  await page.locator('#main').focus()
  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'Keys' })
  for (const name of [
    'Start this board again',
    'Play or pause',
    'Rate 5 of 5',
    'Jump to the first difference',
  ]) {
    await keys.getByText(name).waitFor()
  }
  await page.keyboard.press('Escape')
})

test('what was picked stays picked in another environment, and whether it fits there is said', async () => {
  await go(page, 'd')
  await page.getByLabel('Filter').fill('env:bubble bubbles<20')
  await page
    .getByRole('row', { name: /bubble/ })
    .first()
    .click()
  await page.keyboard.press('Control+a')
  await page.getByRole('button', { name: 'Use for training' }).click()
  const choice = page.getByRole('region', { name: 'Demonstrations' })
  await choice.getByText('5 demonstrations of scripted reference player').waitFor()
  await page.getByRole('combobox', { name: 'Environment' }).click()
  await page.getByRole('option', { name: 'Basic' }).click()
  await page.getByText('5 of the demonstrations were played in another environment: ').first().waitFor()
  await choice.getByText('5 demonstrations of scripted reference player').waitFor()
})
