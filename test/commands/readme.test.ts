/** The commands of the README, one after the other on one library; the training is shortened. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openShell } from './shell.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const commands = [...readme.matchAll(/^ {4}npx (understudy .*)$/gm)].map((match) => match[1]!)
const shell = openShell()
afterAll(() => shell.remove())

const STEPS = /--max-steps \d+/

const shown: ((out: string) => void)[] = [
  (out) => expect(out).toMatch(/^bubble\/25 /m),
  (out) => expect(out).toMatch(/^21 +bubble\/25 /m),
  () => expect(existsSync(join(shell.directory, 'demos.npz'))).toBe(true),
  (out) => expect(out).toMatch(/^finished: 400 steps/m),
  (out) => expect(JSON.parse(out)).toMatchObject({ environment: 'bubble/25', winRate: expect.any(Number) }),
  (out) => expect(out).toMatch(/^first .*\n(.*\n)*.*scripted/m),
]

describe.skipIf(process.platform === 'win32')('the README', { timeout: 180_000 }, () => {
  it('is read in three minutes', () => expect(readme.split(/\s+/).length).toBeLessThanOrEqual(700))

  it('has six commands', () => expect(commands).toHaveLength(shown.length))

  it.each(commands.map((command, index) => ({ command, index })))('$command', ({ command, index }) => {
    shown[index]!(shell.run(command.replace(STEPS, '--max-steps 400')))
  })
})
