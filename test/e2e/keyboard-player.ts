/** Plays in a browser with the keyboard alone. */
import type { Page } from 'playwright-core'

const MIDDLE = 20

export interface Shot {
  readonly notch: number
  readonly swap: boolean
}

/** Walks Basic from its start to the goal on the right, on the level that is on the screen. */
export async function walkToGoal(page: Page): Promise<void> {
  await page.getByText('Walk to the tall flag').waitFor()
  await page.locator('[data-board]').focus()
  for (let step = 1; step <= 7; step++) {
    await page.keyboard.press('ArrowRight')
    await page.getByText(`${step} saved`).waitFor()
  }
  await page.getByRole('region', { name: 'Result' }).waitFor()
}

/** Fires the shots one after the other on the level that is on the screen. The aim stays where it was. */
export async function playByKeyboard(page: Page, shots: readonly Shot[], aimedAt = MIDDLE): Promise<void> {
  const board = page.locator('[data-board]')
  await board.focus()
  let notch = aimedAt
  for (const [index, shot] of shots.entries()) {
    for (; notch - shot.notch >= 10; notch -= 10) await page.keyboard.press('Shift+ArrowRight')
    for (; shot.notch - notch >= 10; notch += 10) await page.keyboard.press('Shift+ArrowLeft')
    for (; notch > shot.notch; notch--) await page.keyboard.press('ArrowRight')
    for (; notch < shot.notch; notch++) await page.keyboard.press('ArrowLeft')
    if (shot.swap) await page.keyboard.press('s')
    await page.keyboard.press('Space')
    await page.getByText(`${index + 1} saved`).waitFor()
  }
}
