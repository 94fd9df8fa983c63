/** The commands of docs/guide/coming-from.md, as a reader would type them, one after the other on one library. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openShell } from './shell.ts'

const page = readFileSync(new URL('../../docs/guide/coming-from.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| .*?\| \[([^\]]+)\].*?\| `([^`]+)` \|/gm)].map(([, thread, command]) => ({
  thread: thread!,
  command: command!,
}))

const shell = openShell()
afterAll(() => shell.remove())

/** What the page says of each row, as its output shows it. */
const shown: Record<string, (out: string) => void> = {
  'SB3#157': (out) => expect(out).toMatch(/^finished: 400 steps/m),
  'SB3#1916': (out) => expect(out).toMatch(/^finished: 800 steps/m),
  'ml-agents#5952': () => expect(existsSync(join(shell.directory, 'first.onnx'))).toBe(true),
  'ml-agents#5645': (out) => {
    const scores = [...out.matchAll(/per episode +(-?[\d.]+)/g)].map((match) => match[1])
    expect(scores).toHaveLength(2)
    expect(scores[0]).toBe(scores[1])
  },
  'ml-agents#3193': (out) => expect(Number(/in training: ([\d.]+) bubbles/.exec(out)?.[1])).toBeLessThan(33),
  'robomimic#183': (out) => expect(Number(/per level +([\d.]+)/.exec(out)?.[1])).toBeLessThan(25.14),
  'imitation#324': (out) => expect(out).toMatch(/^finished: 2,048 steps/m),
  'ml-agents#5652': (out) => expect(out).toMatch(/0 new episodes, 21 already there/),
  'robosuite#37': (out) => expect(out).toMatch(/^21 episodes verified, all intact$/m),
  'lerobot#2495': (out) => expect(Number(/after (\d+) steps/.exec(out)?.[1])).toBeGreaterThan(1),
  'lerobot#1372': (out) => {
    expect(existsSync(join(shell.directory, 'copy.db'))).toBe(true)
    expect(out).toMatch(/all intact/)
  },
  'Gymnasium#202': (out) => expect(out).toMatch(/cart-pole: 3 episodes/),
}

describe.skipIf(process.platform === 'win32')('coming from elsewhere', { timeout: 180_000 }, () => {
  it('has a row for each of twelve problems', () =>
    expect(rows.map(({ thread }) => thread)).toEqual(Object.keys(shown)))

  it.each(rows)('$thread: $command', ({ thread, command }) => {
    // What stands in for Python has a game of its own.
    shown[thread]!(shell.run(command.replaceAll('gym:CartPole-v1', 'gym:Count-v0')))
  })
})
