/** One deliberately broken environment per rule of the check. */
import { describe, expect, test } from 'vitest'
import {
  type Action,
  checkEnvironment,
  type Environment,
  type EnvironmentSpec,
  makeEnvironment,
} from '../../core/envs/index.ts'
import { UserError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'

const SPEC: EnvironmentSpec = {
  id: 'coin',
  title: 'Coin',
  description: 'Walks a number up and down by coin tosses.',
  version: 1,
  parameters: {},
  observations: [
    { name: 'rows', shape: [2, 1], description: 'the number twice' },
    { name: 'steps', shape: [1], description: 'steps / 10' },
  ],
  action: { continuous: 1, discrete: [2], aligned: { branch: 0, observation: 'rows' } },
  score: { unit: 'step', units: 'steps', measure: 'length' },
  maxEpisodeSteps: 10,
}

/** A sound environment; each test spoils one thing about it. */
class Coin implements Environment {
  spec = SPEC
  succeeded = false
  protected readonly random = new Random(0)
  protected value = 0
  protected steps = 0
  protected ended = true

  reset(seed: number, observation: Float32Array | null): void {
    this.random.seed(seed)
    this.value = 0
    this.steps = 0
    this.ended = false
    if (observation !== null) this.observe(observation)
  }

  step(action: Action, observation: Float32Array | null) {
    if (this.ended) throw new Error('over')
    if (!(Math.abs(action.continuous[0]!) <= 1)) throw new RangeError('continuous')
    if (action.discrete[0] !== 0 && action.discrete[0] !== 1) throw new RangeError('discrete')
    this.value += action.discrete[0] * this.random.uniform() + action.continuous[0]!
    this.steps++
    const terminated = this.value > 3
    const truncated = !terminated && this.steps >= 10
    this.ended = terminated || truncated
    if (observation !== null) this.observe(observation)
    return { reward: this.value, terminated, truncated }
  }

  observe(observation: Float32Array): void {
    observation[0] = this.value
    observation[1] = this.value
    observation[2] = this.steps / 10
  }

  writeActionMask(mask: Uint8Array): void {
    mask[0] = 1
    mask[1] = 1
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(
      JSON.stringify([this.value, this.steps, this.ended, this.random.save().slice(0, 4)]),
    )
  }

  restore(snapshot: Uint8Array): void {
    const [value, steps, ended, random] = JSON.parse(new TextDecoder().decode(snapshot))
    this.value = value
    this.steps = steps
    this.ended = ended
    this.random.restore([...random, Number.NaN])
  }

  scene(): unknown {
    return { kind: 'coin', value: this.value }
  }

  events(): readonly unknown[] {
    return []
  }
}

function problemOf(environment: Environment): string {
  try {
    checkEnvironment(environment)
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  return 'sound'
}

describe('sound environments pass', () => {
  test('coin', () => {
    expect(problemOf(new Coin())).toBe('sound')
  })

  test.each([
    ['bubble/25', {}],
    ['bubble/25', { observation: 'grid' }],
    ['bubble/25', { observation: 'sight', action: 'continuous' }],
    ['basic', {}],
    ['basic', { max_steps: 20 }],
  ])('%s %o', (id, parameters) => {
    expect(problemOf(makeEnvironment(id, parameters))).toBe('sound')
  })
})

describe('the spec', () => {
  const spoilt = (change: Partial<EnvironmentSpec>): string => {
    const coin = new Coin()
    coin.spec = { ...SPEC, ...change }
    return problemOf(coin)
  }
  const { rows, steps } = { rows: SPEC.observations[0]!, steps: SPEC.observations[1]! }

  test.each<[Partial<EnvironmentSpec>, string]>([
    [{ id: '' }, 'spec.id is empty'],
    [{ version: 0 }, 'spec.version 0'],
    [{ observations: [] }, 'no observation'],
    [{ observations: [rows, { ...steps, name: 'rows' }] }, 'two observations are named "rows"'],
    [{ observations: [{ ...rows, shape: [1, 1, 1, 1] }] }, 'the shape [1,1,1,1]'],
    [{ observations: [{ ...rows, shape: [2, 0] }] }, 'the shape [2,0]'],
    [{ observations: [{ ...rows, range: [1, 1] }] }, 'the range [1,1]'],
    [
      { observations: [rows, { ...steps, range: [0, 0.5] }] },
      'step() gives 0.6000000238418579 in observation "steps", whose range is 0 to 0.5',
    ],
    [{ action: { continuous: 0, discrete: [] } }, 'declares no action'],
    [{ action: { continuous: -1, discrete: [2] } }, 'action.continuous is -1'],
    [{ action: { continuous: 1, discrete: [0] } }, 'branch 0 has the size 0'],
    [{ maxEpisodeSteps: 0 }, 'maxEpisodeSteps is 0'],
    [
      { action: { ...SPEC.action, units: { ranges: [[1, 0]], starts: [0] } } },
      'action.units are not 1 ranges',
    ],
    [
      { action: { ...SPEC.action, units: { ranges: [[-2, 2]], starts: [0.5] } } },
      'action.units are not 1 whole starts',
    ],
    [
      { action: { ...SPEC.action, aligned: { branch: 1, observation: 'rows' } } },
      'branch 1, which does not exist',
    ],
    [
      { action: { ...SPEC.action, aligned: { branch: 0, observation: 'lines' } } },
      '"lines", which does not exist',
    ],
    [{ action: { ...SPEC.action, aligned: { branch: 0, observation: 'steps' } } }, 'branch 0 has 2 choices'],
    [
      { observations: [{ ...rows, shape: [3, 1] }] },
      'branch 0 has 2 choices but observation "rows" has the shape [3,1]',
    ],
  ])('%o: %s', (change, problem) => {
    expect(spoilt(change)).toContain(problem)
  })
})

describe('playing', () => {
  const broken: [string, new () => Environment, string][] = [
    [
      'an observation that is not finite',
      class extends Coin {
        override observe(observation: Float32Array): void {
          super.observe(observation)
          if (this.steps > 0) observation[1] = 1 / 0
        }
      },
      'step() leaves observation value 1 of 3 not written or not finite (Infinity)',
    ],
    [
      'an observation that is shorter than declared',
      class extends Coin {
        override observe(observation: Float32Array): void {
          observation[0] = this.value
          observation[1] = this.value
        }
      },
      'reset() leaves observation value 2 of 3 not written',
    ],
    [
      'an observation that is longer than declared',
      class extends Coin {
        override observe(observation: Float32Array): void {
          super.observe(observation)
          observation[3] = 0
        }
      },
      'reset() writes more than the 3 observation values',
    ],
    [
      'randomness that reset does not seed',
      class extends Coin {
        override reset(_seed: number, observation: Float32Array | null): void {
          super.reset(this.random.nextUint32(), observation)
        }
      },
      'the same actions give another observation at step',
    ],
    [
      'a reward that depends on being observed',
      class extends Coin {
        override step(action: Action, observation: Float32Array | null) {
          const result = super.step(action, observation)
          return observation === null ? { ...result, reward: 0 } : result
        }
      },
      'another reward at step 1 when no observation is asked for',
    ],
    [
      'a reward that is no number',
      class extends Coin {
        override step(action: Action, observation: Float32Array | null) {
          return { ...super.step(action, observation), reward: Number.NaN }
        }
      },
      'the reward of step 1 is NaN',
    ],
    [
      'a success that is neither true nor false nor unknown',
      class extends Coin {
        override succeeded = undefined as never
      },
      'succeeded is undefined after an episode',
    ],
    [
      'a snapshot without the generator',
      class extends Coin {
        override restore(snapshot: Uint8Array): void {
          const random = this.random.save()
          super.restore(snapshot)
          this.random.restore(random)
        }
      },
      'after restore() the same actions give another observation',
    ],
    [
      'a discrete action too large',
      class extends Coin {
        override step(action: Action, observation: Float32Array | null) {
          const discrete = action.discrete.map((index) => Math.min(index, 1))
          return super.step({ ...action, discrete }, observation)
        }
      },
      'step() accepts 2 in branch 0',
    ],
    [
      'a continuous action too large',
      class extends Coin {
        override step(action: Action, observation: Float32Array | null) {
          const continuous = action.continuous.map((value) => Math.min(value, 1))
          return super.step({ ...action, continuous }, observation)
        }
      },
      'step() accepts 1.5 as continuous value 0',
    ],
    [
      'steps that are terminated and truncated at once',
      class extends Coin {
        override step(action: Action, observation: Float32Array | null) {
          const result = super.step(action, observation)
          const over = result.terminated || result.truncated
          return { ...result, terminated: over, truncated: over }
        }
      },
      'both terminated and truncated',
    ],
    [
      'steps behind the end',
      class extends Coin {
        override step(action: Action, observation: Float32Array | null) {
          if (this.ended) return { reward: 0, terminated: true, truncated: false }
          return super.step(action, observation)
        }
      },
      'step() goes on after the episode has ended',
    ],
    [
      'episodes longer than the limit',
      class extends Coin {
        override step(action: Action, observation: Float32Array | null) {
          const result = super.step(action, observation)
          this.ended = false
          return { ...result, terminated: false, truncated: false }
        }
      },
      'the episode goes on after the 10 steps of spec.maxEpisodeSteps',
    ],
    [
      'a mask that is longer than the branches',
      class extends Coin {
        override writeActionMask(mask: Uint8Array): void {
          mask.fill(1)
        }
      },
      'writeActionMask() writes more than the 2 values',
    ],
    [
      'a mask that is shorter than the branches',
      class extends Coin {
        override writeActionMask(mask: Uint8Array): void {
          mask[0] = 1
        }
      },
      'does not write a 0 or 1 for each of the 2',
    ],
    [
      'a mask that allows nothing',
      class extends Coin {
        override writeActionMask(mask: Uint8Array): void {
          mask.fill(0, 0, 2)
        }
      },
      'allows nothing in branch 0',
    ],
    [
      'a scene that is not plain',
      class extends Coin {
        override scene(): unknown {
          return { kind: 'coin', cells: [new Map()] }
        }
      },
      'scene().cells[0] is Map, which is not plain data',
    ],
    [
      'events that are not plain',
      class extends Coin {
        override events(): readonly unknown[] {
          return this.steps === 0 ? [] : [{ kind: 'toss', value: undefined }]
        }
      },
      'events()[0].value is undefined',
    ],
    [
      'events left over after reset',
      class extends Coin {
        override events(): readonly unknown[] {
          return ['toss']
        }
      },
      'events() is not empty after reset',
    ],
  ]

  test.each(broken)('%s', (_what, Broken, problem) => {
    expect(problemOf(new Broken())).toContain(problem)
  })
})
