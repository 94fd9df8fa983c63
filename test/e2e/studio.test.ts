/** The whole job in a real Chromium against the real host and a real library. */
import { readFile } from 'node:fs/promises'
import type { Browser, Download, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readUnderstudy } from '../../core/demos/index.ts'
import { launchBrowser } from './browser.ts'
import { playByKeyboard, type Shot } from './keyboard-player.ts'
import { go, type Visit, visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

let browser: Browser
let studio: Studio
let here: Visit
let page: Page
let level: { seed: number; shots: Shot[] }

beforeAll(async () => {
  const bundled = new URL('../../demos/bubble-25.understudy', import.meta.url)
  const episodes = readUnderstudy(await readFile(bundled), 'bubble-25.understudy')
  // The shortest of the bundled plays, so that a test wins a level as the scripted player did.
  const shortest = episodes.reduce((best, episode) =>
    episode.rewards.length < best.rewards.length ? episode : best,
  )
  level = { seed: shortest.seed!, shots: shotsOf(shortest.discrete) }
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio()])
  here = await visit(browser, studio.address)
  page = here.page
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await studio?.stop()
})

/** [N, 2]: notch and swap */
function shotsOf(discrete: Int32Array): Shot[] {
  return Array.from({ length: discrete.length / 2 }, (_, step) => ({
    notch: discrete[2 * step]!,
    swap: discrete[2 * step + 1] === 1,
  }))
}

async function download(act: () => Promise<unknown>): Promise<{ name: string; bytes: Buffer; path: string }> {
  const [saved] = (await Promise.all([page.waitForEvent('download'), act()])) as [Download, unknown]
  const path = await saved.path()
  return { name: saved.suggestedFilename(), bytes: await readFile(path), path }
}

describe('a newcomer', { timeout: 60_000 }, () => {
  test('plays a level with the keyboard, wins it and keeps it', async () => {
    await page.getByLabel('Board (seed)').fill(String(level.seed))
    await page.getByLabel('Board (seed)').press('Enter')
    await page.waitForURL(new RegExp(`seed=${level.seed}`))
    await playByKeyboard(page, level.shots)
    const result = page.getByRole('region', { name: 'Result' })
    await expect.poll(() => result.textContent()).toContain(`${level.shots.length} bubbles`)
    const fewer = (25.14 - level.shots.length).toFixed(2)
    expect(await result.textContent()).toContain(`${fewer} fewer than the human average of 25.14`)
    await page.keyboard.press('Enter')
    await page.getByText('Kept in your demonstrations').waitFor()
    await page.getByText('Your last play', { exact: true }).waitFor()
  })

  test('finds the play in the library and replays it', async () => {
    await go(page, 'd')
    await page.getByLabel('Filter').fill('player:me bubbles<20')
    await page.getByText('1 of 22').waitFor()
    const row = page.getByRole('row').filter({ hasText: 'bubble/25' })
    await row.click()
    await page.getByText('Replayed exactly as it was recorded').waitFor()
    const slider = page.getByRole('slider', { name: 'Position in the replay' })
    await slider.focus()
    await page.keyboard.press('End')
    const last = level.shots.length
    expect(await slider.getAttribute('aria-valuetext')).toContain(`shot ${last} of ${last}, all birds free`)
    await page.keyboard.press('ArrowLeft')
    expect(await slider.getAttribute('aria-valuenow')).toBe(String(last - 1))
    await page.reload()
    await page.getByText('Replayed exactly as it was recorded').waitFor()
    expect(await slider.getAttribute('aria-valuenow')).toBe(String(last - 1))
  })

  test('rates and tags it, deletes it and takes that back', async () => {
    await page.locator('#main').focus()
    await page.keyboard.press('4')
    await page.getByText('Rated 4 of 5').waitFor()
    await page.keyboard.press('t')
    await page.getByLabel('New tag').fill('good')
    await page.getByLabel('New tag').press('Enter')
    await page.getByRole('gridcell', { name: 'good' }).waitFor()
    await page.getByLabel('Filter').fill('tag:good rating>=4')
    await page.getByText('1 of 22').waitFor()
    await page.locator('#main').focus()
    await page.keyboard.press('Delete')
    await page.getByText('1 demonstration deleted').waitFor()
    await page.getByText('0 of 21').waitFor()
    await page.keyboard.press('Control+z')
    await page.getByText('1 of 22').waitFor()
  })

  test('exports the play, and imports it again after deleting it', async () => {
    await page.getByRole('row').filter({ hasText: 'bubble/25' }).click()
    const file = await download(() => page.keyboard.press('Control+e'))
    expect(file.name).toMatch(/\.understudy$/)
    const [episode] = readUnderstudy(file.bytes, file.name)
    expect(shotsOf(episode!.discrete)).toEqual(level.shots)
    await page.keyboard.press('Delete')
    await page.getByText('0 of 21').waitFor()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Import' }).click(),
    ])
    await chooser.setFiles({ name: file.name, mimeType: 'application/octet-stream', buffer: file.bytes })
    // The library still has what was deleted, and takes it back.
    await page.getByText('Nothing new, 1 already in the library').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('1 of 22').waitFor()
  })

  test('is told what is wrong with a bad file', async () => {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Import' }).click(),
    ])
    await chooser.setFiles({
      name: 'torn.understudy',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from('nothing of use'),
    })
    const dialog = page.getByRole('dialog', { name: 'Import' })
    await expect.poll(() => dialog.textContent()).toMatch(/torn\.understudy.*expected/)
    await page.keyboard.press('Escape')
    await page.getByText('1 of 22').waitFor()
  })
})

describe('an agent', { timeout: 120_000 }, () => {
  test('is trained on the demonstrations while its curve is drawn', async () => {
    await go(page, 't')
    await page.getByRole('button', { name: 'Train your first agent' }).click()
    await page.getByText('22 demonstrations of').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('short')
    await page.getByText('Advanced').click()
    await page.getByLabel('Max steps').fill('600')
    await expect.poll(() => page.locator('pre').textContent()).toContain('max_steps: 600')
    await page.getByRole('button', { name: 'Start training' }).click()
    await page.waitForURL(/run=short/)
    await page.getByText('finished', { exact: true }).waitFor({ timeout: 100_000 })
    const chart = page.getByRole('region', { name: 'bubbles per level' })
    await chart.locator('canvas').waitFor()
    await chart.getByText('Data as a table').click()
    expect(await chart.getByRole('row').count()).toBeGreaterThanOrEqual(3)
  })

  test('plays beside the person on one clock', async () => {
    await go(page, 'c')
    await page.getByRole('article', { name: 'short' }).waitFor()
    await page.getByRole('button', { name: 'Remove scripted reference player' }).click()
    await page.getByRole('button', { name: 'Add' }).click()
    await page.locator('input:focus').waitFor()
    await page.keyboard.type('player:me')
    // Until all is typed, others have played this board, too.
    await page.getByRole('option', { name: `person me board ${level.seed}` }).waitFor()
    await expect.poll(() => page.getByRole('option').count()).toBe(1)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    // The agent's board came first and the two must share one: the person's.
    await page.waitForURL(new RegExp(`seed=${level.seed}`))
    const mine = page.getByRole('article', { name: `me, board ${level.seed}` })
    await mine.waitFor()
    await page.locator('#main').focus()
    await page.keyboard.press('End')
    await expect.poll(() => mine.textContent()).toContain(`${level.shots.length}bubbles, won`)
    await page.getByRole('button', { name: /First difference/ }).click()
    const slider = page.getByRole('slider', { name: 'Position in the replay' })
    const parting = Number(await slider.getAttribute('aria-valuenow'))
    expect(parting).toBeGreaterThan(0)
    await page.getByText('by time').click()
    await page.locator('#main').focus()
    await page.keyboard.press('f')
    await expect
      .poll(async () => Number(/^\d+/.exec((await mine.locator('p').textContent())!)![0]))
      .toBeGreaterThanOrEqual(parting)
  })

  test('is compared on many boards, and the comparison is exported', async () => {
    await page.getByText('20 boards').click()
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    const panel = page.getByRole('region', { name: 'On many boards' })
    await panel.getByRole('cell', { name: '20', exact: true }).waitFor({ timeout: 60_000 })
    await page.reload()
    await panel.getByRole('cell', { name: '20', exact: true }).waitFor()
    // One play of a person bounds nothing.
    const mine = panel.getByRole('row', { name: /^person me/ }).first()
    expect(await mine.textContent()).toContain(`(n = 1)`)
    expect(await panel.textContent()).not.toContain('100% to 100%')
    await panel.getByRole('button', { name: 'Export' }).click()
    const json = await download(() => page.getByRole('menuitem', { name: /JSON/ }).click())
    expect(JSON.parse(json.bytes.toString()).rows).toHaveLength(2)
    await panel.getByRole('button', { name: 'Export' }).click()
    const png = await download(() => page.getByRole('menuitem', { name: /PNG/ }).click())
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG')
  })

  test('stands on the shelf, gets another name and leaves as ONNX', async () => {
    await go(page, 'a')
    await page.getByRole('button', { name: 'Rename short' }).click()
    await page.getByLabel('Name').fill('the first')
    await page.getByLabel('Name').press('Enter')
    const card = page.getByRole('article', { name: 'the first' })
    await card.waitFor()
    const model = await download(() => card.getByRole('button', { name: 'Export ONNX' }).click())
    expect(model.name).toMatch(/\.onnx$/)
    expect(model.bytes.includes(Buffer.from('deterministic_discrete_actions'))).toBe(true)
  })
})

test('nothing was refused by the policy and nothing went wrong in the page', () => {
  expect(here.complaints).toEqual([])
})
