import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import { openPolicy, type Policy, type PolicyRows } from '../../core/evaluate/index.ts'
import { Random } from '../../core/random.ts'
import { Batcher } from '../../core/serve/batcher.ts'
import { cell, choosing } from './support.ts'

const { spec } = makeEnvironment('basic')

/** A policy that notes how many rows it was given at a time. */
async function counting(): Promise<{ batcher: Batcher; runs: string[] }> {
  const policy = await openPolicy(spec, { name: 'policy.onnx', bytes: choosing })
  const runs: string[] = []
  const act: Policy['act'] = (rows, random) => {
    runs.push(`${rows.rows} ${random === null ? 'likeliest' : 'drawn'}`)
    return policy.act(rows, random)
  }
  const { form, summary, memorySize, canBeDeterministic, canSample } = policy
  const noting: Policy = {
    form,
    summary,
    memorySize,
    canBeDeterministic,
    canSample,
    act,
    release: () => policy.release(),
  }
  return { batcher: new Batcher(spec, noting, new Random(1)), runs }
}

function rowsOf(cells: number[], masks: Uint8Array | null = null): PolicyRows {
  const observations = Float32Array.from(cells.flatMap(cell))
  return { rows: cells.length, observations, masks, memory: new Float32Array(0) }
}

describe('Batcher', () => {
  it('answers those who wait together by one run, each with its own', async () => {
    const { batcher, runs } = await counting()
    const answers = await Promise.all([
      batcher.act(rowsOf([0, 1]), true),
      batcher.act(rowsOf([3], Uint8Array.of(0, 0, 1)), true),
      batcher.act(rowsOf([2, 4, 5]), true),
    ])
    expect(answers.map(({ discrete }) => [...discrete])).toEqual([[0, 1], [2], [2, 1, 2]])
    expect(runs).toEqual(['6 likeliest'])
  })

  it('keeps drawn actions apart from the likeliest, and their order', async () => {
    const { batcher, runs } = await counting()
    const modes = [true, false, false, true]
    await Promise.all(modes.map((deterministic) => batcher.act(rowsOf([0]), deterministic)))
    expect(runs).toEqual(['1 likeliest', '2 drawn', '1 likeliest'])
  })

  it('makes no run larger than 512 rows, except for one request', async () => {
    const { batcher, runs } = await counting()
    const sizes = [300, 212, 1, 600, 2]
    await Promise.all(sizes.map((size) => batcher.act(rowsOf(new Array(size).fill(1)), true)))
    expect(runs).toEqual(['512 likeliest', '1 likeliest', '600 likeliest', '2 likeliest'])
  })
})
