import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkEnvironment } from '../../core/envs/checker.ts'
import {
  admitEnvironment,
  type Environment,
  emptyAction,
  fullEnvironmentId,
  prepareEnvironment,
  scriptedPlayer,
  viewOf,
} from '../../core/envs/index.ts'
import { DataError, UserError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { controlsOf } from '../../core/remote/gym/keys.ts'
import type { Description } from '../../core/remote/gym/protocol.ts'
import type { GymScene } from '../../core/remote/gym/scene.ts'
import '../../core/remote/index.ts'
import { VectorEnvironment } from '../../core/rollout/vector.ts'
import { WorkerPool } from '../../core/rollout/worker-pool.ts'
import { makeAdmitted } from '../envs/admit.ts'

const open: Environment[] = []

function make(id: string, parameters: Record<string, number> = {}): Environment {
  const environment = makeAdmitted(id, parameters)
  open.push(environment)
  return environment
}

function errorOf(work: () => unknown): UserError {
  try {
    work()
  } catch (error) {
    return error as UserError
  }
  throw new Error('nothing was thrown')
}

beforeAll(() => {
  vi.stubEnv('UNDERSTUDY_PYTHON', join(import.meta.dirname, 'fake-python.js'))
})
afterAll(() => {
  for (const environment of open) environment.close?.()
  vi.unstubAllEnvs()
})

describe('a Gymnasium environment', () => {
  it('is described by its process', () => {
    expect(make('gym:Count-v3', { depth: 2 }).spec).toEqual({
      id: 'gym:Count-v3',
      title: 'Count-v3',
      description: "Gymnasium's Count-v3, in a Python process. A return of 5 is the goal.",
      version: 3,
      parameters: { depth: 2 },
      observations: [{ name: 'observation', shape: [2], description: 'seed and step {"depth":2}' }],
      action: { continuous: 0, discrete: [2], units: { ranges: [], starts: [0] } },
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: 6,
    })
  })

  it.each(['gym:Count-v0', 'gym:Slide-v0'])('%s keeps the contract', (id) => {
    checkEnvironment(make(id))
  })

  it('succeeds by its reward threshold, or by its own word', () => {
    for (const [id, wins, index] of [
      ['gym:Count-v0', true, 1],
      ['gym:Count-v0', false, 0],
      ['gym:Slide-v0', true, 0],
    ] as const) {
      const environment = make(id)
      const action = emptyAction(environment.spec)
      action.discrete.fill(index)
      environment.reset(4, null)
      let result = environment.step(action, null)
      expect(environment.succeeded).toBe(false)
      while (!result.terminated && !result.truncated) result = environment.step(action, null)
      expect([result.terminated, result.truncated]).toEqual(
        id === 'gym:Count-v0' ? [true, false] : [false, true],
      )
      expect(environment.succeeded).toBe(wins)
    }
  })

  it('shows its picture with keys, or what is observed where it has none', () => {
    const count = make('gym:Count-v0')
    count.reset(1, null)
    const scene = count.scene() as GymScene
    expect([scene.kind, scene.width, scene.height, scene.stepsPerSecond, scene.idle]).toEqual([
      'gym',
      1,
      1,
      50,
      null,
    ])
    expect(scene.keys.map(({ shortcut }) => shortcut)).toEqual(['ArrowLeft', 'ArrowRight'])
    expect(Buffer.from(scene.png, 'base64').subarray(1, 4).toString()).toBe('PNG')
    const slide = make('gym:Slide-v0')
    slide.reset(1, null)
    expect(viewOf(slide, new Float32Array(2)).scene).toMatchObject({ kind: 'observations' })
  })

  it('whose renderer ends its process is played on without pictures, where it was', () => {
    const environment = make('gym:Blind-v0')
    const action = emptyAction(environment.spec)
    action.discrete[0] = 1
    environment.reset(7, null)
    environment.step(action, null)
    expect(environment.scene()).toBeNull()
    const observation = new Float32Array(2)
    expect(environment.step(action, observation).reward).toBe(1)
    expect([...observation]).toEqual([7, 2])
    for (let step = 2; step < 6; step++) environment.step(action, null)
    expect(environment.succeeded).toBe(true)
    expect(environment.scene()).toBeNull()
  })

  it('says what it supposes of a space that leaves something open', () => {
    const { notes, description } = make('gym:Count-v0', { open: 1 }).spec
    expect(notes).toEqual(['gym:Count-v0: Its actions are open.'])
    expect(description).toContain('Its actions are open.')
  })

  it.each([
    [{ nan: 2 }, 'gym:Count-v0 gave NaN as reward at step 2 (seed 8)'],
    [{ refuse: 2 }, 'gym:Count-v0: observation has 1 numbers, its space 2, at step 2 (seed 8)'],
  ] as const)(
    'whose step cannot be taken is named with step and seed, and begins anew: %o',
    (fault, said) => {
      const [environment, other] = [make('gym:Count-v0', fault), make('gym:Count-v0', fault)]
      const action = emptyAction(environment.spec)
      other.reset(1, null)
      for (let life = 0; life < 2; life++) {
        environment.reset(8, null)
        environment.step(action, null)
        const error = errorOf(() => environment.step(action, null))
        expect(error).toBeInstanceOf(UserError)
        expect(error.message).toBe(said)
      }
      // Those that share its process are none the worse.
      expect(other.step(action, null).reward).toBe(0)
    },
  )

  it.each([
    ['CartPole-v1', 'gym:CartPole-v1'],
    ['ALE/Pong-v5', 'gym:ALE/Pong-v5'],
    ['games.odd:place/Short-v0', 'gym:games.odd:place/Short-v0'],
    ['gym:CartPole-v1', 'gym:CartPole-v1'],
    ['unity:build-v1', 'unity:build-v1'],
    ['basic', 'basic'],
    ['basik', 'basik'],
    ['-v1', '-v1'],
  ])('may be named without its scheme: %s', (id, full) => {
    expect(fullEnvironmentId(id)).toBe(full)
  })

  it('is ready at once when it was prepared', async () => {
    for (const id of ['gym:Count-v0', 'gym:Unknown-v0']) admitEnvironment(id)
    await prepareEnvironment('gym:Count-v0', { prepared: 1 })
    const started = performance.now()
    make('gym:Count-v0', { prepared: 1 }).reset(1, null)
    expect(performance.now() - started).toBeLessThan(500)
    await expect(prepareEnvironment('gym:Unknown-v0')).rejects.toThrow('cannot be made')
  })

  it('says what is wrong and what to do', () => {
    const unknown = errorOf(() => makeAdmitted('gym:Unknown-v0'))
    expect(unknown).toBeInstanceOf(UserError)
    expect(unknown.message).toBe("gym:Unknown-v0 cannot be made: Environment `Unknown` doesn't exist.")
    const given = errorOf(() => makeAdmitted('gym:Unknown-v0', { depth: 'deep', wide: true }))
    expect(given.message).toMatch(/^gym:Unknown-v0 with depth="deep", wide=true cannot be made: /)
    const bare = errorOf(() => makeAdmitted('gym:NoGym-v0'))
    expect(bare.message).toBe('gym:NoGym-v0 needs the Python package gymnasium, which is not installed')
    expect(bare.remedy).toContain('pip install gymnasium')
    vi.stubEnv('UNDERSTUDY_PYTHON', 'no-such-python')
    const none = errorOf(() => makeAdmitted('gym:Count-v0'))
    vi.stubEnv('UNDERSTUDY_PYTHON', join(import.meta.dirname, 'fake-python.js'))
    expect(none.message).toBe('gym:Count-v0 needs Python, and no-such-python was not found')
    expect(none.remedy).toContain('install Python 3')
  })

  it('that dies is named with what it wrote last, and can be reset', () => {
    const environment = make('gym:Count-v0', { crash: 2 })
    const action = emptyAction(environment.spec)
    for (let life = 0; life < 2; life++) {
      environment.reset(1, null)
      environment.step(action, null)
      environment.step(action, null)
      const error = errorOf(() => environment.step(action, null))
      expect(error).toBeInstanceOf(UserError)
      expect(error.message).toMatch(/^gym:Count-v0 \(.*\) ended with exit code 1; its last words:\n/)
      expect(error.message).toContain('ZeroDivisionError')
    }
  })

  it('steps together with its kind, each as it would alone', () => {
    const together = new VectorEnvironment(() => make('gym:Together-v0'), 3, { seed: 1 })
    expect([...together.step().rewards]).toEqual([3, 3, 3])
    const several = new VectorEnvironment(() => make('gym:Slide-v0'), 3, { seed: 5 })
    const alone = Array.from({ length: 3 }, () => make('gym:Slide-v0'))
    const random = new Random(3)
    const observation = new Float32Array(2)
    for (const [e, environment] of alone.entries()) environment.reset(several.observations[2 * e]!, null)
    for (let step = 0; step < 5; step++) {
      for (let i = 0; i < 6; i++) several.actions.continuous[i] = 2 * random.uniform() - 1
      const batch = several.step()
      for (const [e, environment] of alone.entries()) {
        const continuous = several.actions.continuous.subarray(2 * e, 2 * e + 2)
        const { reward } = environment.step({ continuous, discrete: new Int32Array(0) }, observation)
        expect(batch.rewards[e]).toBe(Math.fround(reward))
        expect(batch.nextObservations.subarray(2 * e, 2 * e + 2)).toEqual(observation)
      }
    }
  })

  it('does on workers what it does in one thread', async () => {
    const seed = 5
    const here = new VectorEnvironment(() => make('gym:Slide-v0'), 4, { seed })
    const recipe = { id: 'gym:Slide-v0', parameters: {}, samplers: {} }
    const pool = await WorkerPool.create({ recipe, count: 4, workers: 2, stepping: 'sync', seed })
    const random = new Random(3)
    for (let step = 0; step < 20; step++) {
      for (let i = 0; i < 8; i++) here.actions.continuous[i] = 2 * random.uniform() - 1
      pool.actions.continuous.set(here.actions.continuous)
      pool.send()
      const there = await pool.receive()
      const batch = here.step()
      expect([...there.rewards]).toEqual([...batch.rewards])
      expect([...there.nextObservations]).toEqual([...batch.nextObservations])
      expect([...there.truncated]).toEqual([...batch.truncated])
      expect([...pool.observations]).toEqual([...here.observations])
    }
    await pool.close()
  })

  it('takes back what was announced when it is reset, and refuses another step than that', () => {
    const [one, other] = [make('gym:Together-v0'), make('gym:Together-v0')]
    const action = emptyAction(one.spec)
    for (const environment of [one, other]) environment.reset(1, null)
    other.announce!(action)
    expect(one.step(action, null).reward).toBe(2)
    other.reset(2, null)
    expect(other.step(action, null).reward).toBe(1)
    other.announce!(action)
    other.reset(3, null)
    expect(one.step(action, null).reward).toBe(1)
    one.announce!(action)
    action.discrete[0] = 1
    expect(() => one.step(action, null)).toThrow('a different action from the one announced')
  })

  it('dies with those that share its process, and each can be reset', () => {
    const [one, other] = [make('gym:Count-v0', { crash: 1 }), make('gym:Count-v0', { crash: 1 })]
    const action = emptyAction(one.spec)
    for (const environment of [one, other]) environment.reset(1, null)
    one.step(action, null)
    expect(errorOf(() => one.step(action, null)).message).toContain('ZeroDivisionError')
    expect(errorOf(() => other.step(action, null)).message).toContain('ZeroDivisionError')
    for (const environment of [one, other]) environment.reset(2, null)
    expect(one.step(action, null).reward).toBe(0)
    expect(other.step(action, null).reward).toBe(0)
  })

  it('refuses what is no snapshot of it', () => {
    expect(() => make('gym:Count-v0').restore(new Uint8Array(9))).toThrow(DataError)
  })
})

it('the scripted player of MountainCarContinuous-v0 pushes the way the car moves', () => {
  const car = make('gym:Slide-v0')
  const player = scriptedPlayer({ ...car.spec, id: 'gym:MountainCarContinuous-v0' })!
  const action = emptyAction(car.spec)
  for (const [velocity, force] of [
    [0.02, 0.6],
    [-0.02, -0.6],
  ]) {
    player.act(car, Float32Array.of(-0.5, velocity!), action)
    expect(action.continuous[0]).toBeCloseTo(force!)
  }
})

describe('keys', () => {
  const known: Description = {
    observations: [],
    continuous: 0,
    discrete: [4],
    units: { ranges: [], starts: [0] },
    notes: [],
    draws: true,
    maxEpisodeSteps: null,
    rewardThreshold: null,
    framesPerSecond: 50,
    gymnasium: '0',
  }
  const arrows = (id: string, description: Description) =>
    controlsOf(id, description)
      .keys.filter(({ shortcut }) => shortcut.startsWith('Arrow'))
      .map(({ shortcut, action }) => `${shortcut.slice(5)} ${[...action.discrete, ...action.continuous]}`)

  it('say what the actions mean where that is known', () => {
    expect(arrows('LunarLander-v3', known)).toEqual(['Left 1', 'Up 2', 'Right 3'])
    expect(arrows('toys:place/FrozenLake-v1', known)).toEqual(['Left 0', 'Down 1', 'Right 2', 'Up 3'])
    expect(arrows('MountainCar-v0', { ...known, discrete: [3] })).toEqual(['Left 0', 'Right 2'])
    expect(arrows('Pendulum-v1', { ...known, discrete: [], continuous: 1 })).toEqual(['Left -1', 'Right 1'])
    expect(arrows('Strange-v0', known)).toEqual([])
  })

  it('are as many as there are actions to choose from, up to ten', () => {
    expect(controlsOf('Strange-v0', { ...known, discrete: [18] }).keys).toHaveLength(10)
    const branches = controlsOf('Strange-v0', { ...known, discrete: [3, 2] })
    expect(branches.keys.map(({ action }) => action.discrete)).toEqual([
      [1, 0],
      [2, 0],
      [0, 1],
    ])
    expect(branches.idle).toEqual({ continuous: [], discrete: [0, 0] })
  })

  it('wait for the player where the game is slow', () => {
    expect(controlsOf('Taxi-v3', { ...known, framesPerSecond: 4 }).stepsPerSecond).toBeNull()
  })
})
