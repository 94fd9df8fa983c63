import { expect, it } from 'vitest'
import { understudy, understudyJson } from '../cli/support.ts'
import { temporaryDirectory } from '../store/support.ts'
import { commands, saveBlock } from './page.ts'

const PAGE = 'your-own-network.md'

it('the guide’s network of one’s own learns basic by the configuration it gives', () => {
  const folder = temporaryDirectory()
  saveBlock(PAGE, 'ts', folder, 'gated.ts')
  const config = saveBlock(PAGE, 'yaml', folder, 'gated.yaml')
  const [train, evaluate] = commands(PAGE).map((line) =>
    line
      .replace(/^understudy /, '')
      .replace('gated.yaml', config)
      .split(/\s+/),
  )
  const trained = understudy(folder, ...train!)
  expect(trained.err).not.toContain('error')
  expect(trained.code).toBe(0)
  const [result] = understudyJson<{ points: { mean: number } }>(folder, ...evaluate!)
  expect(result!.points.mean).toBeCloseTo(0.93, 2)
})
