import { describe, expect, it } from 'vitest'
import { type EnvironmentSpec, makeEnvironment } from '../../core/envs/index.ts'
import { DataError, UserError } from '../../core/errors.ts'
import { bindPolicy, openPolicy, type Policy } from '../../core/evaluate/policy/policy.ts'
import { Random } from '../../core/random.ts'
import { add, concat, type Graph, mul, reshape, slice, sub, type Value } from '../../core/tensor/index.ts'
import { inspectOnnx } from '../../core/tensor/onnx/inspect.ts'
import { openModel } from '../../core/tensor/runtimes/onnxruntime.ts'
import { floats, message } from '../tensor/onnx-message.ts'
import { favouring, model } from './models.ts'

const { spec } = makeEnvironment('basic')
const two: EnvironmentSpec = { ...spec, action: { continuous: 0, discrete: [3, 2] } }
const moving: EnvironmentSpec = { ...spec, action: { continuous: 2, discrete: [] } }
/** An image and a vector, side by side in the observation. */
const seeing: EnvironmentSpec = {
  ...spec,
  observations: [
    { name: 'camera', shape: [1, 2, 2], description: '' },
    { name: 'speed', shape: [2], description: '' },
  ],
}

const FILE = 'made-elsewhere.onnx'

/** In a process of its own, as every policy is. */
const openApart = (bytes: Uint8Array): Promise<Policy> => openPolicy(spec, { name: FILE, bytes })

/** In this process, since what a file means is the same in any. */
async function open(bytes: Uint8Array, of: EnvironmentSpec = spec, output?: string): Promise<Policy> {
  const summary = inspectOnnx(bytes, FILE)
  return bindPolicy(of, { ...(await openModel(bytes)), summary, content: async () => [bytes] }, FILE, output)
}

/** [rows, 20], row i has a one at `cells[i]`. */
function cells(...at: number[]): Float32Array {
  const observations = new Float32Array(at.length * 20)
  at.forEach((cell, row) => {
    observations[row * 20 + cell] = 1
  })
  return observations
}

async function chosen(policy: Policy, observations: Float32Array, masks: Uint8Array | null = null) {
  const rows = observations.length / 20
  return [...(await policy.act({ rows, observations, masks, memory: new Float32Array(0) }, null)).discrete]
}

/** Logits [B, 3] that favour action (cell mod 3). */
const logits = (rows?: number) =>
  model({ inputs: { input: [20] }, ...(rows === undefined ? {} : { rows }) }, ([x], graph) => ({
    '34': favouring(graph, x!, 20, 3, (cell) => cell % 3),
  }))

describe('a policy that nobody named for us', () => {
  it('gives logits for any number of rows', async () => {
    const policy = await openApart(logits())
    expect(policy).toMatchObject({ form: 'plain', canBeDeterministic: true, canSample: true, memorySize: 0 })
    expect(await chosen(policy, cells(0, 1, 2, 3, 13))).toEqual([0, 1, 2, 0, 1])
  })

  it('may take one number of rows only', async () => {
    expect(await chosen(await open(logits(1)), cells(0, 1, 2))).toEqual([0, 1, 2])
    expect(await chosen(await open(logits(2)), cells(5, 1, 2))).toEqual([2, 1, 2])
  })

  it('is kept from what is forbidden', async () => {
    const masks = Uint8Array.of(0, 1, 1, 1, 1, 0)
    expect(await chosen(await open(logits()), cells(0, 2), masks)).toEqual([1, 0])
  })

  it('is sampled from its logits, the same with the same seed', async () => {
    const policy = await open(logits())
    const observations = cells(...new Array<number>(300).fill(1))
    const draw = async (seed: number) => {
      const rows = { rows: 300, observations, masks: null, memory: new Float32Array(0) }
      return [...(await policy.act(rows, new Random(seed))).discrete]
    }
    const drawn = await draw(4)
    expect(await draw(4)).toEqual(drawn)
    const ones = drawn.filter((action) => action === 1).length / 300
    // softmax of (0, 1, 0)
    expect(ones).toBeCloseTo(Math.E / (Math.E + 2), 1)
    expect(new Set(drawn).size).toBe(3)
  })

  it('gives indices, with a value beside them', async () => {
    const bytes = model({ inputs: { obs: [20] }, integers: ['29'] }, ([x]) => ({
      '29': slice(x!, 1, 1, 2),
      '33': slice(x!, 1, 0, 1),
    }))
    const policy = await open(bytes)
    expect(policy.canSample).toBe(false)
    expect(await chosen(policy, cells(1, 2))).toEqual([1, 0])
    await expect(
      policy.act(
        { rows: 1, observations: cells(0), masks: null, memory: new Float32Array(0) },
        new Random(1),
      ),
    ).rejects.toThrow('cannot sample')
  })

  it('has one logit per action of every branch', async () => {
    const bytes = model({ inputs: { input: [20] } }, ([x], graph) => ({
      logits: favouring(graph, x!, 20, 5, (cell) => cell % 5),
    }))
    expect(await chosen(await open(bytes, two), cells(2, 4))).toEqual([2, 0, 0, 1])
  })

  it('moves within bounds', async () => {
    const bytes = model({ inputs: { input: [20] } }, ([x]) => ({ mean: slice(x!, 1, 0, 2) }))
    const observations = cells(0)
    observations[1] = -7
    const policy = await open(bytes, moving)
    const { continuous } = await policy.act(
      { rows: 1, observations, masks: null, memory: new Float32Array(0) },
      null,
    )
    expect([...continuous]).toEqual([1, -1])
  })

  it('takes observations by their names', async () => {
    const bytes = model({ inputs: { speed: [2], camera: [1, 2, 2] } }, ([speed, camera]) => ({
      action: concat([slice(speed!, 1, 0, 1), slice(reshape(camera!, [camera!.shape[0]!, 4]), 1, 2, 4)], 1),
    }))
    const policy = await open(bytes, seeing)
    const rows = { rows: 2, masks: null, memory: new Float32Array(0) }
    const observations = Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0, 9, 1, 0)
    expect([...(await policy.act({ ...rows, observations }, null)).discrete]).toEqual([0, 2])
  })

  it('names its actions where several outputs could be them', async () => {
    const bytes = (first: string) =>
      model({ inputs: { input: [20] } }, ([x], graph) => ({
        [first]: favouring(graph, x!, 20, 3, () => 2),
        other: favouring(graph, x!, 20, 3, () => 1),
      }))
    await expect(open(bytes('one'))).rejects.toThrow(
      'several outputs could be its actions: one float32 [2, 3]',
    )
    expect(await chosen(await open(bytes('logits')), cells(0))).toEqual([2])
    expect(await chosen(await open(bytes('one'), spec, 'other'), cells(0))).toEqual([1])
  })

  it.each([
    [
      'another observation',
      model({ inputs: { input: [8] } }, ([x]) => ({ logits: slice(x!, 1, 0, 3) })),
      "its input input is [batch, 8], but the environment's observation is [batch, 20]",
    ],
    [
      'other actions',
      model({ inputs: { input: [20] } }, ([x]) => ({ logits: slice(x!, 1, 0, 4) })),
      'it answers logits float32 [2, 4], but the environment takes logits [batch, 3] or whole numbers [batch, 1]',
    ],
  ])('is refused with both shapes: %s', async (_, bytes, message) => {
    await expect(open(bytes)).rejects.toThrow(UserError)
    await expect(open(bytes)).rejects.toThrow(message)
  })

  it.each([
    ['an action that there is not', ['logits'], 7],
    ['what is no number', [], Number.NaN],
  ])('is told when it answers %s', async (_, integers, value) => {
    const bytes = model({ inputs: { input: [20] }, integers }, ([x], graph) => ({
      logits: favouring(graph, x!, 20, integers.length > 0 ? 1 : 3, () => 0),
    }))
    const policy = await open(bytes)
    await expect(chosen(policy, new Float32Array(20).fill(value))).rejects.toThrow(UserError)
  })
})

describe('a policy of Godot RL Agents', () => {
  const godot = (stated: readonly number[], output: (x: Value, graph: Graph) => Value, rows?: number) =>
    model(
      { inputs: { obs: [20], state_ins: stated }, ...(rows === undefined ? {} : { rows }) },
      ([x, state], graph) => ({
        output: output(x!, graph),
        state_outs: state!,
      }),
    )

  it('is given the number that its plugin gives', async () => {
    // The state is a factor here, so that no other number would do.
    const bytes = model({ inputs: { obs: [20], state_ins: [] } }, ([x, state], graph) => ({
      output: mul(
        favouring(graph, x!, 20, 5, (cell) => cell % 5),
        reshape(state!, [state!.shape[0]!, 1]),
      ),
      state_outs: state!,
    }))
    const policy = await open(bytes, two)
    expect(policy).toMatchObject({ form: 'plain', canBeDeterministic: true, canSample: true, memorySize: 0 })
    expect(await chosen(policy, cells(2, 4))).toEqual([2, 0, 0, 1])
  })

  it('may take one row at a time', async () => {
    const bytes = godot([], (x, graph) => favouring(graph, x, 20, 3, (cell) => cell % 3), 1)
    expect(await chosen(await open(bytes), cells(0, 1, 2))).toEqual([0, 1, 2])
  })

  it('moves by its means, whether their spread follows them or not', async () => {
    const given = { rows: 2, observations: cells(0, 1), masks: null, memory: new Float32Array(0) }
    for (const width of [2, 4]) {
      const policy = await open(
        godot([], (x) => slice(x, 1, 0, width)),
        moving,
      )
      expect([...(await policy.act(given, null)).continuous]).toEqual([1, 0, 0, 1])
    }
  })

  it('is refused with a memory, which its plugin gives no policy', async () => {
    const bytes = godot([8], (x) => slice(x, 1, 0, 3))
    await expect(open(bytes)).rejects.toThrow('it remembers [batch, 8] in state_ins')
  })
})

describe('a policy of ML-Agents', () => {
  it('of before release 19 can only sample', async () => {
    const bytes = model(
      { inputs: { obs_0: [20], action_masks: [3] }, integers: ['discrete_actions'] },
      ([x, masks]) => ({
        discrete_actions: concat([slice(x!, 1, 3, 4)], 1),
        kept: masks!,
      }),
    )
    const policy = await open(bytes)
    expect(policy).toMatchObject({ form: 'ml-agents-3', canBeDeterministic: false, canSample: true })
    await expect(chosen(policy, cells(3))).rejects.toThrow('can only sample')
    const rows = { rows: 2, observations: cells(3, 4), masks: null, memory: new Float32Array(0) }
    expect([...(await policy.act(rows, new Random(1))).discrete]).toEqual([1, 0])
  })

  it('of version 2 takes all vectors in one and gives log-probabilities', async () => {
    const bytes = model({ inputs: { vector_observation: [20], action_masks: [3] } }, ([x, masks], graph) => ({
      version_number: graph.constant([2], [1]),
      action: favouring(graph, x!, 20, 3, (cell) => cell % 3),
      kept: masks!,
    }))
    const policy = await open(bytes)
    expect(policy).toMatchObject({ form: 'ml-agents-2', canBeDeterministic: true, canSample: true })
    expect(await chosen(policy, cells(0, 1, 2))).toEqual([0, 1, 2])
  })

  describe('of version 2, which states the sum of its branches', () => {
    /** @param scores  of the five actions, whatever is observed */
    const summed = (scores: readonly number[], constants: Readonly<Record<string, number>> = {}) =>
      model({ inputs: { vector_observation: [20], action_masks: [5] } }, ([x, masks], graph) => {
        const none = favouring(graph, x!, 20, 5, () => 0)
        const actions = add(sub(none, none), graph.constant(Float32Array.from(scores), [5]))
        const facts = { version_number: 2, memory_size: 0, discrete_action_output_shape: 5, ...constants }
        return {
          discrete_actions: actions,
          action: actions,
          kept: masks!,
          ...Object.fromEntries(
            Object.entries(facts).map(([name, value]) => [name, graph.constant([value], [1])]),
          ),
        }
      })
    const logarithms = (...shares: number[]) => shares.map(Math.log)
    const branched = (...discrete: number[]): EnvironmentSpec => ({
      ...spec,
      action: { continuous: 0, discrete },
    })
    const scores = [0, 1, 0, 3, 2]

    it('fits an environment with such branches, and takes the best of each', async () => {
      const policy = await open(summed(scores), branched(2, 3))
      expect(policy.form).toBe('ml-agents-2')
      expect(await chosen(policy, cells(0))).toEqual([1, 1])
    })

    it.each([
      ['one branch, of numbers that are no probabilities', scores, [5], 'are not the branches [5]'],
      [
        'another sum',
        scores,
        [2, 2],
        "action_masks is [5], the environment's branches [2, 2] have 4 actions in total",
      ],
      [
        'several branches, of one choice',
        logarithms(0.2, 0.2, 0.2, 0.3, 0.1),
        [2, 3],
        'it makes one choice among 5 actions',
      ],
      [
        'branches that end elsewhere',
        logarithms(0.5, 0.3, 0.2, 0.9, 0.1),
        [2, 3],
        'are not the branches [2, 3]',
      ],
    ])('does not fit %s', async (_, given, branches, message) => {
      await expect(open(summed(given), branched(...branches))).rejects.toThrow(message)
    })

    it.each([
      [[5], logarithms(0.2, 0.2, 0.2, 0.3, 0.1)],
      [[3, 2], logarithms(0.5, 0.3, 0.2, 0.9, 0.1)],
    ])('fits branches %j by their probabilities', async (branches, given) => {
      expect((await open(summed(given), branched(...branches))).form).toBe('ml-agents-2')
    })

    it.each([
      ['memory', { memory_size: 64 }, 'memory from version 2 cannot be read'],
      ['continuous actions', { is_continuous_control: 1 }, 'its actions are continuous'],
      ['another number of actions', { action_output_shape: 4 }, 'its branches have 4 actions in total'],
    ])('with %s is refused', async (_, constants, message) => {
      await expect(open(summed(scores, constants), branched(2, 3))).rejects.toThrow(message)
    })

    it('states 0 for the kind of action that it has not', async () => {
      const bytes = model({ inputs: { vector_observation: [20] } }, ([x], graph) => ({
        version_number: graph.constant([2], [1]),
        continuous_actions: slice(x!, 1, 0, 2),
        continuous_action_output_shape: graph.constant([2], [1]),
        discrete_action_output_shape: graph.constant([0], [1]),
        is_continuous_control: graph.constant([1], [1]),
        action_output_shape: graph.constant([2], [1]),
      }))
      expect((await open(bytes, moving)).form).toBe('ml-agents-2')
      await expect(open(bytes)).rejects.toThrow('it has 2 continuous actions, and the environment 0')
    })

    it('takes entities by their number, beside the vectors', async () => {
      const rows: EnvironmentSpec = {
        ...spec,
        observations: [
          { name: 'speed', shape: [2], description: '' },
          { name: 'rays', shape: [2, 3], description: '' },
        ],
      }
      const bytes = model({ inputs: { vector_observation: [2], obs_1: [2, 3] } }, ([speed, rays]) => ({
        action: add(
          slice(reshape(rays!, [rays!.shape[0]!, 6]), 1, 3, 6),
          concat([speed!, slice(speed!, 1, 0, 1)], 1),
        ),
      }))
      const policy = await open(bytes, rows)
      const observations = Float32Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0, 5, 0, 0, 0, 0, 0, 0)
      const given = { rows: 2, observations, masks: null, memory: new Float32Array(0) }
      expect([...(await policy.act(given, null)).discrete]).toEqual([1, 1])
    })
  })

  it('may take entities as one long vector, as the trainer is shown them', async () => {
    const rows: EnvironmentSpec = {
      ...spec,
      observations: [
        { name: 'rays', shape: [6, 3], description: '' },
        { name: 'board', shape: [2], description: '' },
      ],
    }
    const taking = (size: number) => {
      const inputs = { obs_0: [size], obs_1: [2] }
      const bytes = model({ inputs, integers: ['deterministic_discrete_actions'] }, ([rays, board]) => ({
        deterministic_discrete_actions: slice(rays!, 1, 4, 5),
        kept: board!,
      }))
      return open(bytes, rows)
    }
    const observations = new Float32Array(40)
    observations[4] = 1
    observations[24] = 2
    const given = { rows: 2, observations, masks: null, memory: new Float32Array(0) }
    expect([...(await (await taking(18)).act(given, null)).discrete]).toEqual([1, 2])
    await expect(taking(17)).rejects.toThrow(
      "obs_0 is [17], but the environment's observation is [6, 3] or [18]",
    )
  })

  it('may take masks and a memory of no size, as torch exports those that there are not', async () => {
    const inputs = message(
      [11, floats('recurrent_in', ['batch', 1, 0])],
      [11, floats('action_masks', ['batch', 0])],
    )
    const bytes = model({ inputs: { obs_0: [20] } }, ([x]) => ({
      deterministic_continuous_actions: slice(x!, 1, 3, 5),
    }))
    // Of a message that is there twice the fields are added up.
    const policy = await open(Buffer.concat([bytes, message([7, inputs])]), moving)
    expect(policy).toMatchObject({ form: 'ml-agents-3', memorySize: 0, canSample: false })
    const rows = { rows: 2, observations: cells(3, 4), masks: null, memory: new Float32Array(0) }
    expect([...(await policy.act(rows, null)).continuous]).toEqual([1, 0, 0, 1])
    await expect(open(Buffer.concat([bytes, message([7, inputs])]))).rejects.toThrow(UserError)
  })

  it.each([
    ['of a version to come', { version_number: [4] }, 'its version is 4'],
    [
      'with other branches',
      { discrete_action_output_shape: [3, 2] },
      "its branches are [3, 2], and the environment's [3]",
    ],
    ['with a memory that it does not take', { memory_size: [64] }, 'it remembers 64 numbers'],
  ])('%s is refused', async (_, constants, message) => {
    const bytes = model({ inputs: { obs_0: [20] }, integers: ['discrete_actions'] }, ([x], graph) => ({
      discrete_actions: slice(x!, 1, 0, 1),
      ...Object.fromEntries(
        Object.entries(constants).map(([name, numbers]) => [
          name,
          graph.constant(numbers, [1, numbers.length]),
        ]),
      ),
    }))
    await expect(open(bytes)).rejects.toThrow(message)
  })
})

describe('a file that is no policy', () => {
  it.each([
    ['other bytes', Uint8Array.of(1, 2, 3)],
    ['nothing', new Uint8Array(0)],
    ['text', Buffer.from('version https://git-lfs.github.com/spec/v1\n')],
    ['half of one', logits().subarray(0, 200)],
  ])('is told to be damaged: %s', async (_, bytes) => {
    await expect(openApart(bytes)).rejects.toThrow(DataError)
  })
})
