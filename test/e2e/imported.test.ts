/** A policy from elsewhere, dropped on the real studio in a real Chromium. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { favouring, model } from '../evaluate/models.ts'
import { launchBrowser } from './browser.ts'
import { go, type Visit, visit } from './page.ts'
import { type Studio, startStudio } from './studio.ts'

const rightward = model({ inputs: { input: [20] } }, ([x], graph) => ({
  logits: favouring(graph, x!, 20, 3, () => 2),
}))

let browser: Browser
let studio: Studio
let here: Visit

beforeAll(async () => {
  ;[browser, studio] = await Promise.all([launchBrowser(), startStudio()])
  here = await visit(browser, studio.address)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await studio?.stop()
})

/** Runs in the page, which the compiler knows nothing of. */
const dropFile = new Function(
  'file',
  `const transfer = new DataTransfer()
   transfer.items.add(new File([new Uint8Array(file.numbers)], file.name))
   window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))`,
) as (file: { name: string; numbers: number[] }) => void

test('an ONNX file becomes an agent that is tested, compared and deleted', { timeout: 120_000 }, async () => {
  const { page, complaints } = here
  await go(page, 'a')
  await page.getByRole('heading', { name: 'No agents yet' }).waitFor()
  await page.evaluate(dropFile, { name: 'walker.onnx', numbers: [...rightward] })
  const dialog = page.getByRole('dialog', { name: 'Import agents' })
  await dialog.getByText('walker.onnx').waitFor()
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  // It was offered to bubble/25, which it does not fit.
  await page
    .getByText("its input input is [batch, 20], but the environment's observation is [batch, 433]")
    .waitFor()
  await dialog.getByLabel('Environment to play').click()
  await page.getByRole('option', { name: 'Basic', exact: true }).click()
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()

  const card = page.getByRole('article', { name: 'walker' })
  await card.getByText('not tested yet').waitFor()
  await card.getByRole('button', { name: /Test on 100/ }).click()
  await card.getByText('on 100 held-out boards, 100% won').waitFor()
  await card.getByRole('button', { name: 'Watch it play' }).click()
  await card.getByText('step 7, won').waitFor()
  await card.getByRole('button', { name: 'Compare' }).click()
  await page.waitForURL(/contenders=imported%3Awalker/)
  await page.getByText('walker').first().waitFor()

  await go(page, 'a')
  await card.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No agents yet' }).waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await card.getByText('on 100 held-out boards, 100% won').waitFor()
  await card.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No agents yet' }).waitFor()
  expect(complaints).toEqual([])
})

test('a file that does not say what was played asks for it', { timeout: 60_000 }, async () => {
  const { page, complaints } = here
  const at = (place: number) => Array.from({ length: 20 }, (_, i) => Number(i === place))
  const walk = { observations: [at(10), at(11)], discrete: [[2]], rewards: [-0.01], truncated: true }
  const numbers = [...Buffer.from(JSON.stringify(walk))]
  await go(page, 'd')
  await page.evaluate(dropFile, { name: 'walk.jsonl', numbers })
  const dialog = page.getByRole('dialog', { name: 'Import' })
  await dialog.getByText('The file does not say which environment was played.').waitFor()
  await dialog.getByRole('combobox', { name: 'Environment that was played' }).click()
  await page.getByRole('option', { name: 'Basic', exact: true }).click()
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await dialog.getByText('1 demonstration imported').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('row', { name: /unknown.*basic/ }).waitFor()
  expect(complaints).toEqual([])
})
