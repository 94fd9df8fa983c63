import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { understudy, understudyJson } from '../cli/support.ts'
import { temporaryDirectory } from '../store/support.ts'
import { commands, saveBlock } from './page.ts'

const PAGE = 'your-own-algorithm.md'

it('the guide’s algorithm of one’s own solves basic, and goes on after a stop as if there had been none', () => {
  const folder = temporaryDirectory()
  saveBlock(PAGE, 'ts', folder, 'reinforce.ts')
  const config = saveBlock(PAGE, 'yaml', folder, 'reinforced.yaml')
  const [train, evaluate] = commands(PAGE).map((line) =>
    line
      .replace(/^understudy /, '')
      .replace('reinforced.yaml', config)
      .split(/\s+/),
  )
  const trained = understudy(folder, ...train!)
  expect(trained.err).not.toContain('error')
  expect(trained.code).toBe(0)
  const [whole] = understudyJson<{ points: { mean: number } }>(folder, ...evaluate!)
  expect(whole!.points.mean).toBeCloseTo(0.93, 2)

  const parts = ['--run-id', 'parts', '--max-steps']
  expect(understudy(folder, ...train!, ...parts, '2104')).toMatchObject({ code: 0 })
  expect(understudy(folder, 'train', '--resume', ...parts, '12000')).toMatchObject({ code: 0 })
  const policy = (id: string) => readFileSync(join(folder, 'runs', id, 'agent.onnx'))
  expect(policy('parts').equals(policy('reinforced'))).toBe(true)
})
