/**
 * `npm run test:desktop`: the real window, where Electron's binary and a display are at hand (on Linux under xvfb-run).
 * Elsewhere it prints the reason and succeeds, since there is nothing that it could say about the program.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ElectronApplication, _electron as electron, type Page } from 'playwright-core'
import { findElectron, windowObstacle } from '../core/studio/launch/electron.ts'
import { ensurePage, projectRoot, runNode } from '../core/studio/launch/page.ts'

const checks: [name: string, check: (page: Page, app: ElectronApplication) => Promise<void>][] = [
  [
    'the page is sandboxed and isolated',
    async (page) => {
      assert.equal(await page.evaluate('typeof require + typeof process'), 'undefinedundefined')
      assert.equal(await page.evaluate('location.origin'), 'app://studio')
    },
  ],
  [
    'the bridge offers what it should and nothing else',
    async (page) => {
      const keys = await page.evaluate('Object.keys(window.studio).sort()')
      assert.deepEqual(keys, ['onMenu', 'openFiles', 'requestPort', 'saveFile', 'shell'])
    },
  ],
  [
    'an inline script does not run',
    async (page) => {
      const ran = await page.evaluate(`(() => {
        const script = document.createElement('script')
        script.textContent = 'window.inlineRan = true'
        document.head.append(script)
        return window.inlineRan === true
      })()`)
      assert.equal(ran, false)
    },
  ],
  [
    'the page cannot be left',
    async (page) => {
      await page.evaluate(`location.href = 'https://example.com/'`)
      await page.waitForTimeout(500)
      assert.ok(page.url().startsWith('app://studio/'), page.url())
      assert.equal(await page.evaluate(`window.open('https://example.com/') === null`), true)
    },
  ],
  [
    'the bundled demonstrations are there',
    async (page) => {
      await page.reload()
      await page.evaluate(`location.hash = '#/demonstrations'`)
      await page.getByText('scripted reference player').first().waitFor({ timeout: 15_000 })
    },
  ],
  [
    'there is one window',
    async (_page, app) => {
      assert.equal(app.windows().length, 1)
    },
  ],
]

const executablePath = findElectron(projectRoot)
const obstacle =
  windowObstacle(process.platform, process.env, process.getuid?.()) ??
  (executablePath === null ? "Electron's binary has not been fetched (npx install-electron)" : null)

if (obstacle !== null || executablePath === null) console.log(`desktop tests not run: ${obstacle}`)
else process.exitCode = await testDesktop(executablePath)

async function testDesktop(executable: string): Promise<number> {
  await runNode(['build.ts', '--no-page'], projectRoot, 'the program could not be built')
  await ensurePage((line) => console.log(line))
  const data = mkdtempSync(join(tmpdir(), 'understudy-desktop-'))
  const app = await electron.launch({ executablePath: executable, args: [projectRoot, `--data=${data}`] })
  let failed = 0
  try {
    const page = await app.firstWindow()
    await page.waitForLoadState('domcontentloaded')
    for (const [name, check] of checks) {
      try {
        await check(page, app)
        console.log(`ok      ${name}`)
      } catch (error) {
        failed++
        console.log(`failed  ${name}\n        ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  } finally {
    await app.close()
    rmSync(data, { recursive: true, force: true })
  }
  console.log(`${checks.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}
