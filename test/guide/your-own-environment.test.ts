import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { understudy, understudyJson } from '../cli/support.ts'
import { temporaryDirectory } from '../store/support.ts'
import { commands, saveBlock } from './page.ts'

const PAGE = 'your-own-environment.md'

describe('the guide to an environment of one’s own', () => {
  it('has an example that is listed, recorded, learned and evaluated by the commands it gives', () => {
    const folder = temporaryDirectory()
    const plugin = saveBlock(PAGE, 'ts', folder, 'catch.ts')
    const config = saveBlock(PAGE, 'yaml', folder, 'catch.yaml')
    const [list, record, train, evaluate] = commands(PAGE).map((line) =>
      line
        .replace(/^understudy /, '')
        .replace('catch.ts', plugin)
        .replace('catch.yaml', config)
        .split(/\s+/),
    )
    expect(understudy(folder, ...list!).out).toContain('my/catch')
    const recorded = understudy(folder, ...record!)
    expect(recorded.err).not.toContain('cannot be loaded')
    expect(recorded.code).toBe(0)
    const [listed] = understudyJson<{ environmentId: string; return: number }[]>(folder, 'demos', 'list')
    const episodes = listed!.filter(({ environmentId }) => environmentId === 'my/catch')
    expect(episodes).toHaveLength(20)
    // four steps are enough for every column: the scripted player drops nothing
    for (const episode of episodes) expect(episode.return).toBe(3)
    expect(understudy(folder, ...train!).code).toBe(0)
    const [result] = understudyJson<{ points: { mean: number } }>(folder, ...evaluate!)
    expect(result!.points.mean).toBeGreaterThan(2)
  })

  it('is refused with a sentence when it breaks the contract', () => {
    const folder = temporaryDirectory()
    const plugin = saveBlock(PAGE, 'ts', folder, 'catch.ts')
    const broken = saveBlock(PAGE, 'ts', folder, 'broken.ts')
    breakIt(broken)
    expect(understudy(folder, '--plugin', plugin, 'envs').code).toBe(0)
    const { code, err } = understudy(folder, '--plugin', broken, 'envs')
    expect(code).not.toBe(0)
    expect(err).toContain('environment my/catch: seed 1 and the same actions give another')
  })
})

/** The generator is no longer seeded. */
function breakIt(file: string): void {
  const text = readFileSync(file, 'utf8')
  const without = text.replace(/^ *random\.seed\(seed\).*\n/m, '')
  expect(without).not.toBe(text)
  writeFileSync(file, without)
}
