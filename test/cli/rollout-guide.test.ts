/** What docs/guide/rollout.md says is done, command by command. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../store/support.ts'
import { invokeJson } from './invoke.ts'

const guide = readFileSync(new URL('../../docs/guide/rollout.md', import.meta.url), 'utf8')
const commands = [...guide.matchAll(/^understudy (train .*)$/gm)].map((match) => match[1]!)

describe('the guide to rollouts', () => {
  it('has three commands', () => expect(commands).toHaveLength(3))

  it.each(commands)('works: %s', async (command) => {
    const events = await invokeJson(temporaryDirectory(), ...command.split(' '))
    expect(events.at(-1)).toMatchObject({ event: 'finished', complete: true, reason: 'max_steps' })
    expect(events.at(-1)!.steps).toBeGreaterThanOrEqual(800)
    const progress = events.findLast(({ event }) => event === 'progress')!
    if (!command.includes('--workers')) expect(progress.workerIdle).toBeNull()
    else {
      const shares = progress.workerIdle as number[]
      expect(shares).toHaveLength(2)
      for (const share of shares) expect(share >= 0 && share <= 1).toBe(true)
    }
  })
})
