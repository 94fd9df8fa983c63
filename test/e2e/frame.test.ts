/** What is always there, and what must survive. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './browser.ts'
import { go, visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

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
    expect(await card.textContent()).toContain('21 playthroughs of the scripted reference player')
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
    for (const key of ['p', 'd', 't', 'c', 'a']) {
      await go(page, key)
      await page.waitForTimeout(300)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
      expect(wide, `page ${key} scrolls sideways`).toBe(false)
      expect(await page.evaluate(lowContrast), `page ${key}`).toEqual([])
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
    expect(await board.evaluate((element) => element === document.activeElement)).toBe(false)
    await page.keyboard.press('Space')
    await page.waitForTimeout(200)
    expect(await page.getByText('2 saved').count()).toBe(0)
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
    const { page, context } = await visit(browser, `${studio.address}#/play?env=basic`)
    await page.locator('[data-board]').focus()
    for (let step = 0; step < 7; step++) await page.keyboard.press('ArrowRight')
    const result = page.getByRole('region', { name: 'Result' })
    await expect.poll(() => result.textContent()).toContain('0.93 points')
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
  await after.page.getByText('Recovered: 1 play was interrupted (1 step)').waitFor()
  await after.page.getByRole('button', { name: 'Keep', exact: true }).click()
  await after.page.getByText('Recovered').waitFor({ state: 'detached' })
  await go(after.page, 'd')
  await after.page.getByLabel('Filter').fill('player:me')
  await after.page.getByText('1 of 22').waitFor()
  await after.context.close()
  await second.stop()
})

/** In the page: visible texts whose contrast against their background is below 4.5 to 1. */
function lowContrast(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
  const rgba = (colour: string): number[] => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const over = (top: number[], below: number[]) =>
    [0, 1, 2].map((i) => top[i]! * top[3]! + below[i]! * (1 - top[3]!)).concat(1)
  const background = (element: Element | null): number[] => {
    if (element === null) return [255, 255, 255, 1]
    const own = rgba(getComputedStyle(element).backgroundColor)
    return own[3] === 1 ? own : over(own, background(element.parentElement))
  }
  const luminance = (colour: number[]) => {
    const [r, g, b] = colour.map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  }
  const found: string[] = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement!
    const text = node.textContent!.trim()
    if (text === '' || !element.checkVisibility({ opacityProperty: true })) continue
    // What is disabled need not stand out, and the board's own texts lie on a picture.
    if (element.closest('[data-board], :disabled, .spoken, svg') !== null) continue
    const below = background(element)
    const [light, dark] = [luminance(over(rgba(getComputedStyle(element).color), below)), luminance(below)]
    const ratio = (Math.max(light, dark) + 0.05) / (Math.min(light, dark) + 0.05)
    if (ratio < 4.5) found.push(`${text}: ${ratio.toFixed(2)}`)
  }
  return found
}
