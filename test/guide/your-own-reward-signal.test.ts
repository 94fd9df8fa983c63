import { expect, it } from 'vitest'
import { understudy, understudyJson } from '../cli/support.ts'
import { temporaryDirectory } from '../store/support.ts'
import { commands, saveBlock } from './page.ts'

const PAGE = 'your-own-reward-signal.md'

it('the guide’s reward signal of one’s own leads to the goal of basic', () => {
  const folder = temporaryDirectory()
  saveBlock(PAGE, 'ts', folder, 'shaping.ts')
  const config = saveBlock(PAGE, 'yaml', folder, 'shaped.yaml')
  const [train, evaluate] = commands(PAGE).map((line) =>
    line
      .replace(/^understudy /, '')
      .replace('shaped.yaml', config)
      .split(/\s+/),
  )
  const trained = understudy(folder, ...train!)
  expect(trained.err).not.toContain('error')
  expect(trained.code).toBe(0)
  const [result] = understudyJson<{ points: { mean: number } }>(folder, ...evaluate!)
  expect(result!.points.mean).toBeCloseTo(0.93, 2)
})
