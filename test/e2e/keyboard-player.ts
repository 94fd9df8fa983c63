/** Plays Bubble in a browser with the keyboard alone. */
import type { Page } from 'playwright-core'

const MIDDLE = 20

export interface Shot {
  readonly notch: number
  readonly swap: boolean
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
