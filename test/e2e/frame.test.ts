/** What is always there, and what must survive. */
import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { walkToGoal } from './keyboard-player.ts'
import { go, visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

const lowContrast = await readFile(new URL('./low-contrast.js', import.meta.url), 'utf8')

/** Runs in the page: what can be pressed and lies, in part, below a toast. */
const covered = `(() => {
  const toasts = [...document.querySelectorAll('[role=alert]')]
  return [...document.querySelectorAll('button, a, input, [tabindex="0"]')].filter((element) => {
    if (toasts.some((toast) => toast.contains(element))) return false
    const box = element.getBoundingClientRect()
    return toasts.some((toast) => {
      const over = toast.getBoundingClientRect()
      return over.left < box.right && box.left < over.right && over.top < box.bottom && box.top < over.bottom
    })
  }).map((element) => element.outerHTML.slice(0, 120))
})()`

let browser: Browser
let studio: Studio

beforeAll(async () => {
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio()])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await studio?.stop()
})

describe('the frame', { timeout: 60_000 }, () => {
  test('offers three things to do on the first start, once', async () => {
    const { page, context, complaints } = await visit(browser, studio.address, { newcomer: true })
    const card = page.getByRole('region', { name: 'Getting started' })
    expect(await card.textContent()).toContain('21 demonstrations by the scripted reference player')
    await card.getByRole('button', { name: 'Watch a replay' }).click()
    await page.getByText('Replayed exactly as it was recorded').waitFor()
    await page.reload()
    await page.getByText('Replayed exactly as it was recorded').waitFor()
    expect(await card.count()).toBe(0)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('finds every command in the palette and shows every key', async () => {
    const { page, context } = await visit(browser, studio.address)
    await page.locator('[data-board]').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByLabel('Find a command').last().fill('compare')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/compare/)
    await page.getByRole('slider', { name: 'Position in the replay' }).waitFor()
    await page.keyboard.press('?')
    const keys = page.getByRole('dialog', { name: 'Keys' })
    await keys.waitFor()
    for (const name of ['Play or pause', 'Ten steps back', 'Find a command', 'Undo the last change']) {
      await keys.getByText(name).waitFor()
    }
    await page.keyboard.press('Escape')
    await keys.waitFor({ state: 'detached' })
    await context.close()
  })

  test.each([
    ['light', false],
    ['dark', true],
  ] as const)('fits every page into 1024x700 in the %s theme, with readable text', async (_name, dark) => {
    const { page, context, complaints } = await visit(browser, studio.address, {
      width: 1024,
      height: 700,
      dark,
    })
    await page.locator('[data-board]').waitFor()
    for (const key of ['p', 'd', 't', 'c', 'a', 'l', 's']) {
      await go(page, key)
      await page.waitForTimeout(300)
      const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
      expect(wide, `page ${key} scrolls sideways`).toBe(false)
      // A colour may be on its way to another for a moment.
      await expect.poll(() => page.evaluate(lowContrast), { message: `page ${key}` }).toEqual([])
    }
    expect(complaints).toEqual([])
    await context.close()
  })

  test('switches the theme and keeps it', async () => {
    const { page, context } = await visit(browser, studio.address)
    const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme')
    expect(await scheme()).toBe('light')
    const button = page.getByRole('button', { name: /Switch theme/ })
    await button.click()
    await button.click()
    await expect.poll(scheme).toBe('dark')
    await page.reload()
    expect(await scheme()).toBe('dark')
    await context.close()
  })
})

describe('a level', { timeout: 60_000 }, () => {
  test('goes on after a reload, and Escape leaves the board', async () => {
    const { page, context } = await visit(browser, studio.address)
    const board = page.locator('[data-board]')
    await board.focus()
    await page.keyboard.press('Space')
    await page.getByText('1 saved').waitFor()
    await page.reload()
    await page.getByText('1 saved').waitFor()
    await board.focus()
    await page.keyboard.press('Escape')
    expect(await page.locator('[data-board]:focus').count()).toBe(0)
    await page.keyboard.press('Space')
    await page.waitForTimeout(200)
    expect(await page.getByText('2 saved').count()).toBe(0)
    await context.close()
  })

  test('comes back when a discarded play is undone', async () => {
    const { page, context } = await visit(browser, studio.address)
    await page.locator('[data-board]').focus()
    await page.keyboard.press('Space')
    await page.getByText('1 saved').waitFor()
    await page.keyboard.press('d')
    await page.getByText('Play discarded').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await go(page, 'd')
    await page.getByLabel('Filter').fill('player:me')
    await page.getByText('1 of 22').waitFor()
    await context.close()
  })

  test('is the one that the address names, under way or not', async () => {
    const { page, context, complaints } = await visit(browser, studio.address, {
      route: '#/play?env=bubble/25&seed=7',
    })
    const seed = page.getByLabel('Board (seed)')
    await expect.poll(() => seed.inputValue()).toBe('7')
    await page.goto(`${studio.origin}/#/play?env=bubble/25&seed=8`)
    await expect.poll(() => seed.inputValue()).toBe('8')
    await page.goto(`${studio.origin}/#/play?env=basic&seed=3`)
    await expect.poll(() => seed.inputValue()).toBe('3')
    expect(await page.getByRole('complementary', { name: 'Level' }).textContent()).toContain('points')
    expect(complaints).toEqual([])
    await context.close()
  })

  test('is asked about before another takes its place, and stays when the person says so', async () => {
    const { page, context, complaints } = await visit(browser, studio.address, { route: '#/play?seed=7' })
    const seed = page.getByLabel('Board (seed)')
    await page.locator('[data-board]').focus()
    await page.keyboard.press('Space')
    await page.getByText('1 saved').waitFor()
    const question = page.getByRole('dialog', { name: 'Keep this play?' })
    const chooseBasic = async () => {
      await page.getByRole('combobox', { name: 'Environment', exact: true }).click()
      await page.getByRole('option', { name: 'Basic', exact: true }).click()
      await question.getByText('Bubble, level 25, board 7: 1 bubble so far').waitFor()
    }
    await chooseBasic()
    await question.getByRole('button', { name: 'Keep playing' }).click()
    await page.getByText('1 saved').waitFor()
    expect(await seed.inputValue()).toBe('7')
    expect(page.url()).toContain('env=bubble%2F25')
    // By an address, too, until the way back is taken.
    await page.goto(`${studio.origin}/#/play?env=basic&seed=3`)
    await question.waitFor()
    await page.goBack()
    await question.waitFor({ state: 'detached' })
    await chooseBasic()
    await question.getByRole('button', { name: 'Keep', exact: true }).click()
    await page.getByText('Kept in your demonstrations').waitFor()
    await page.getByText('Walk to the tall flag').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    expect(complaints).toEqual([])
    await context.close()
  })

  test('that is over counts once it is kept, which playing it again does', async () => {
    const { page, context } = await visit(browser, studio.address, { route: '#/play?env=basic&seed=3' })
    const panel = page.getByRole('complementary', { name: 'Level' })
    const board = page.locator('[data-board]')
    await walkToGoal(page)
    await page.reload()
    await page.getByRole('region', { name: 'Result' }).waitFor()
    await panel.getByText('Your last plays will appear here').waitFor()
    await board.focus()
    await page.keyboard.press('r')
    await page.getByText('Kept in your demonstrations').waitFor()
    await panel.getByText('Your last play', { exact: true }).waitFor()
    expect(await page.getByLabel('Board (seed)').inputValue()).toBe('3')
    await page.getByRole('button', { name: 'Undo' }).click()
    await panel.getByText('Your last plays will appear here').waitFor()
    await context.close()
  })

  test('shows every key of the board, and a toast over no button, at 1024x700', async () => {
    const { page, context } = await visit(browser, studio.address, { width: 1024, height: 700 })
    const panel = page.getByRole('complementary', { name: 'Level' })
    await page.locator('[data-board]').focus()
    await page.keyboard.press('Space')
    await page.getByText('1 saved').waitFor()
    const bottom = 700
    for (const name of ['Aim', 'Ten notches', 'Swap', 'Shoot', 'Again', 'New', 'All keys']) {
      const box = (await panel.locator('dt', { hasText: new RegExp(`^${name}$`) }).boundingBox())!
      expect(box.y + box.height, name).toBeLessThan(bottom)
    }
    expect(await panel.locator('dd').allTextContents()).toContain('Shift←Shift→')
    await page.keyboard.press('d')
    const toast = page.getByRole('alert').filter({ hasText: 'Play discarded' })
    await toast.waitFor()
    // It comes in from above.
    await expect.poll(() => page.evaluate(covered)).toEqual([])
    await toast.getByRole('button', { name: 'Undo' }).click()
    await toast.waitFor({ state: 'detached' })
    await context.close()
  })

  test('is aimed and shot with the mouse', async () => {
    const { page, context } = await visit(browser, studio.address, { motion: true })
    const board = page.locator('[data-board]')
    await board.waitFor()
    const box = (await board.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.4)
    const aim = board.locator('[aria-live]').first()
    await expect.poll(() => aim.textContent()).toContain('to the left')
    await page.mouse.down()
    await page.mouse.up()
    await page.getByText('1 saved').waitFor()
    await context.close()
  })

  test('Basic is played with the arrow keys', async () => {
    const { page, context } = await visit(browser, studio.address, { route: '#/play?env=basic' })
    await page.locator('[data-board]').focus()
    for (let step = 0; step < 7; step++) await page.keyboard.press('ArrowRight', { delay: 40 })
    const result = page.getByRole('region', { name: 'Result' })
    await expect.poll(() => result.textContent()).toContain('0.93 points')
    await context.close()
  })

  test('Grid is played with the arrow keys', async () => {
    const { page, context } = await visit(browser, studio.address, { route: '#/play?env=grid&seed=7' })
    await page.locator('[data-board]').focus()
    await page.keyboard.press('ArrowUp', { delay: 40 })
    await page.keyboard.press('ArrowLeft', { delay: 40 })
    const result = page.getByRole('region', { name: 'Result' })
    await expect.poll(() => result.textContent()).toContain('0.99 points')
    await context.close()
  })
})

test('what was played survives the sudden end of the studio', { timeout: 60_000 }, async () => {
  const first = await startStudio()
  const before = await visit(browser, first.address)
  await before.page.locator('[data-board]').focus()
  await before.page.keyboard.press('Space')
  await before.page.getByText('1 saved').waitFor()
  await first.kill()
  await before.page.getByText('The connection to the studio was lost').waitFor()
  await before.context.close()

  const second = await startStudio(first.directory)
  const after = await visit(browser, second.address)
  await after.page.getByText('Recovered: 1 play not yet kept or discarded (1 step)').waitFor()
  await after.page.getByRole('button', { name: 'Keep', exact: true }).click()
  await after.page.getByText('Recovered').waitFor({ state: 'detached' })
  await go(after.page, 'd')
  await after.page.getByLabel('Filter').fill('player:me')
  await after.page.getByText('1 of 22').waitFor()
  await after.context.close()
  await second.stop()
})
