import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type EnvironmentSpec, emptyAction, makeEnvironment } from '../../core/envs/index.ts'
import { DataError } from '../../core/errors.ts'
import { agentPlayer, evaluatePlayer, heldOutSeeds, openAgent } from '../../core/evaluate/index.ts'
import { add, exportOnnx, Graph, matmul, reshape, slice } from '../../core/tensor/index.ts'
import { temporaryDirectory } from '../store/support.ts'

const environment = makeEnvironment('basic')
const { spec } = environment

/** An ONNX file whose deterministic action is always `action`, as the argmax of a product with the observation. */
function model(action: number, input = 'obs_0', width = 20): Uint8Array {
  const graph = new Graph()
  const observation = graph.input(input, [7, width])
  const scores = new Float32Array(width)
  scores.fill(action)
  const actions = matmul(observation, graph.constant(scores, [width, 1]))
  const outputs = { deterministic_discrete_actions: actions }
  return exportOnnx(outputs, { dynamicBatch: 7, intOutputs: ['deterministic_discrete_actions'] })
}

/** A run's directory with a policy that always takes `action`, and an older checkpoint that always takes 1. */
function run(action: number): string {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'checkpoints'))
  writeFileSync(join(directory, 'agent.onnx'), model(action))
  for (const [step, old] of [
    [100, 1],
    [200, action],
  ]) {
    writeFileSync(join(directory, 'checkpoints', `${step}.checkpoint`), '')
    writeFileSync(join(directory, 'checkpoints', `${step}.onnx`), model(old!))
  }
  return directory
}

describe('agentPlayer', () => {
  it('plays the policy of a run', async () => {
    const player = await agentPlayer(spec, run(2), { name: 'first' })
    expect(player).toMatchObject({ name: 'first', kind: 'agent' })
    const { score, winRate } = await evaluatePlayer(environment, player, heldOutSeeds(3))
    expect(score.mean).toBeCloseTo(0.93, 6)
    expect(winRate).toBe(1)
  })

  it('plays an older checkpoint, or any ONNX file', async () => {
    const old = await agentPlayer(spec, run(2), { checkpoint: 100 })
    const action = emptyAction(spec)
    const observation = new Float32Array(20)
    observation[10] = 1
    await old.act(environment, observation, action)
    expect([...action.discrete]).toEqual([1])
    const file = await agentPlayer(spec, join(run(2), 'checkpoints', '200.onnx'))
    await file.act(environment, observation, action)
    expect([...action.discrete]).toEqual([2])
  })

  it.each([
    ['nowhere', () => agentPlayer(spec, '/nowhere/at/all'), 'there is no agent at'],
    ['an empty run', () => agentPlayer(spec, temporaryDirectory()), 'holds no policy yet'],
    [
      'a checkpoint that is not there',
      () => agentPlayer(spec, run(2), { checkpoint: 7 }),
      'no checkpoint at step 7',
    ],
    [
      'another observation',
      () => player(model(2, 'obs_0', 5)),
      "obs_0 is [5], but the environment's observation is [20]",
    ],
    ['another input', () => player(model(2, 'obs_1')), 'it has no input obs_0'],
    [
      'an unnamed input of another size',
      () => player(model(2, 'pixels', 5)),
      "its input pixels is [batch, 5], but the environment's observation is [batch, 20]",
    ],
    ['sampling where the file cannot', () => player(model(2), false), 'can only give its most likely action'],
    ['continuous actions', () => player(model(2), true, continuous()), 'it has no output continuous_actions'],
  ])('refuses %s', async (_, make, message) => {
    await expect(make()).rejects.toThrow(message)
  })

  it('carries what a policy remembers through an episode, for every player by itself, and no further', async () => {
    const recall = makeEnvironment('recall', { length: 2 })
    const file = join(temporaryDirectory(), 'policy.onnx')
    writeFileSync(file, remembering())
    const open = await openAgent(recall.spec, file)
    const { winRate } = await evaluatePlayer(recall, open(), heldOutSeeds(20))
    expect(winRate).toBe(1)

    const boards = [0, 1].map((sign) => {
      const environment = makeEnvironment('recall', { length: 2 })
      const observation = new Float32Array(4)
      for (let seed = 0; observation[sign] !== 1; seed++) environment.reset(seed, observation)
      return { environment, observation, player: open(), action: emptyAction(recall.spec) }
    })
    for (let t = 0; t < 4; t++) {
      for (const { environment, observation, player, action } of boards) {
        if (t === 0) player.begin(0)
        await player.act(environment, observation, action)
        environment.step(action, observation)
      }
    }
    expect(boards.map(({ environment }) => environment.succeeded)).toEqual([true, true])
  })

  it('says of a damaged file that it is one', async () => {
    await expect(player(Uint8Array.of(1, 2, 3))).rejects.toThrow(DataError)
  })
})

function player(bytes: Uint8Array, deterministic = true, of: EnvironmentSpec = spec) {
  const file = join(temporaryDirectory(), 'policy.onnx')
  writeFileSync(file, bytes)
  return agentPlayer(of, file, { deterministic })
}

/** Adds up both signs of `recall`, and takes the lower door if it has seen that sign. */
function remembering(): Uint8Array {
  const graph = new Graph()
  const before = reshape(graph.input('recurrent_in', [7, 1, 2]), [7, 2])
  const after = add(before, slice(graph.input('obs_0', [7, 4]), 1, 0, 2))
  const outputs = {
    deterministic_discrete_actions: slice(after, 1, 1, 2),
    recurrent_out: reshape(after, [7, 1, 2]),
  }
  return exportOnnx(outputs, { dynamicBatch: 7, intOutputs: ['deterministic_discrete_actions'] })
}

function continuous(): EnvironmentSpec {
  return { ...spec, action: { continuous: 1, discrete: [] } }
}
