import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Environment,
  emptyAction,
  makeEnvironment,
  observationSize,
  type SeatAction,
} from '../../../core/envs/index.ts'
import { UserError } from '../../../core/errors.ts'
import { Random } from '../../../core/random.ts'
import { UnityEnvironment } from '../../../core/remote/unity/environment.ts'
import { findExecutable } from '../../../core/remote/unity/executable.ts'
import { UnityGroup } from '../../../core/remote/unity/group.ts'
import { temporaryDirectory } from '../../store/support.ts'

const COMMAND = join(import.meta.dirname, '../../../bin/understudy.js')

const GROUP = { seed: 6, samplers: {} }

const opened: Environment[] = []
afterEach(() => {
  for (const environment of opened.splice(0)) environment.close?.()
})

/** A script in place of a Unity build. @returns its path as a user writes it, without the ending */
function build(folder: string, script: string): string {
  writeFileSync(join(folder, 'game.x86_64'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return join(folder, 'game')
}

/** One of our own environments, behind ML-Agents' protocol. */
function served(folder: string, id: string, more = ''): string {
  const pid = join(folder, 'pid')
  return build(
    folder,
    `echo $$ > '${pid}'\nexec '${process.execPath}' '${COMMAND}' env serve --env ${id} ${more} -- "$@"`,
  )
}

function open(path: string, parameters: Readonly<Record<string, number | string | boolean>> = {}) {
  const environment = new UnityEnvironment(path, parameters)
  opened.push(environment)
  return environment
}

function sentence(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return `${(error as UserError).message}; ${(error as UserError).remedy ?? ''}`
  }
  throw new Error('nothing was thrown')
}

describe('a Unity build', () => {
  it.each(['bubble/25', 'basic', 'grid'])('plays exactly as %s, episode after episode', (id) => {
    const unity = open(served(temporaryDirectory(), id))
    const own = makeEnvironment(id)
    const size = observationSize(own.spec)
    expect(observationSize(unity.spec)).toBe(size)
    expect(unity.spec.action).toMatchObject({ continuous: 0, discrete: own.spec.action.discrete })
    const random = new Random(5)
    const action = emptyAction(own.spec)
    const [seen, expected] = [new Float32Array(size), new Float32Array(size)]
    const width = own.spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
    const [mask, allowed] = [new Uint8Array(width), new Uint8Array(width)]
    let steps = 0
    for (let episode = 0; episode < 3; episode++) {
      // The first reset starts the build with seed 0, and it counts on from there.
      unity.reset(episode, seen)
      own.reset(episode, expected)
      for (let over = false; !over && steps < 250; steps++) {
        expect(seen).toEqual(expected)
        unity.writeActionMask(mask)
        allowed.fill(1)
        own.writeActionMask?.(allowed)
        expect(mask).toEqual(allowed)
        do {
          own.spec.action.discrete.forEach((branch, i) => {
            action.discrete[i] = random.below(branch)
          })
        } while (own.spec.action.masked === true && allowed[action.discrete[0]!] === 0)
        const result = { ...own.step(action, expected) }
        expect(unity.step(action, seen)).toEqual({ ...result, reward: Math.fround(result.reward) })
        over = result.terminated || result.truncated
      }
      expect(seen).toEqual(expected)
    }
    expect(steps).toBeGreaterThan(20)
  })

  it('is ended when it is closed', async () => {
    const folder = temporaryDirectory()
    const unity = open(served(folder, 'basic'))
    unity.reset(0, null)
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    expect(process.kill(pid, 0)).toBe(true)
    unity.close()
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false)
  })

  it('can be begun anew in the midst of an episode', () => {
    const unity = open(served(temporaryDirectory(), 'basic'))
    const observation = new Float32Array(20)
    unity.reset(0, observation)
    const start = observation.slice()
    unity.step({ continuous: new Float32Array(0), discrete: Int32Array.of(2) }, observation)
    expect(observation).not.toEqual(start)
    unity.reset(1, observation)
    expect(observation).toEqual(start)
  })

  it('breaks off the episode that a snapshot was taken in', () => {
    const unity = open(served(temporaryDirectory(), 'basic'))
    const action = { continuous: new Float32Array(0), discrete: Int32Array.of(2) }
    unity.reset(0, null)
    unity.step(action, null)
    unity.restore()
    expect(unity.step(action, null)).toEqual({ reward: 0, terminated: false, truncated: true })
    expect(() => unity.step(action, null)).toThrow('outside an episode')
    unity.reset(1, null)
    expect(unity.step(action, null).truncated).toBe(false)
  })

  it('is given its parameters over the side channel', () => {
    const unity = open(served(temporaryDirectory(), 'basic'), { max_steps: 3 })
    unity.reset(0, null)
    const stay = { continuous: new Float32Array(0), discrete: Int32Array.of(0) }
    const results = [1, 2, 3].map(() => ({ ...unity.step(stay, null) }))
    expect(results.map(({ terminated, truncated }) => [terminated, truncated])).toEqual([
      [false, false],
      [false, false],
      [false, true],
    ])
  })
})

describe('a build with several agents', () => {
  it('lets one of them play while the others do nothing', () => {
    const unity = open(served(temporaryDirectory(), 'basic', '--agents 3'))
    const observation = new Float32Array(20)
    unity.reset(0, observation)
    let steps = 0
    for (let over = false; !over; steps++) {
      over = unity.step(
        { continuous: new Float32Array(0), discrete: Int32Array.of(2) },
        observation,
      ).terminated
    }
    expect(steps).toBe(7)
    expect(observation[17]).toBe(1)
  })

  it('plays all of them as a group, each exactly as the environment alone', async () => {
    const id = 'grid'
    const K = 3
    const group = await UnityGroup.open(served(temporaryDirectory(), id, `--agents ${K}`), {}, GROUP)
    expect(group.seats).toBe(K)
    const random = new Random(5)
    const agents = Array.from({ length: K }, (_, place) => {
      const environment = makeEnvironment(id)
      const expected = new Float32Array(observationSize(environment.spec))
      return { environment, expected, place, episode: 0, action: emptyAction(environment.spec) }
    })
    const [branch] = agents[0]!.environment.spec.action.discrete
    const allowed = new Uint8Array(branch!)
    let ended = 0
    let actions: SeatAction[] = []
    for (let message = 0; message < 150; message++) {
      const moments = await group.advance(actions)
      actions = []
      for (const { seat, began, reward, terminated, truncated, observation, mask } of moments) {
        const agent = agents[seat]!
        const { environment, expected, action } = agent
        if (began) {
          // As `env serve` gives out seeds; the build was started with seed 6.
          environment.reset(GROUP.seed + agent.place + K * agent.episode, expected)
        } else {
          const result = environment.step(action, expected)
          expect([reward, terminated, truncated]).toEqual([
            Math.fround(result.reward),
            result.terminated,
            result.truncated,
          ])
        }
        expect(observation).toEqual(expected)
        if (terminated || truncated) {
          agent.episode++
          ended++
          continue
        }
        environment.writeActionMask!(allowed)
        expect(mask ?? new Uint8Array(branch!).fill(1)).toEqual(allowed)
        do action.discrete[0] = random.below(branch!)
        while (allowed[action.discrete[0]!] === 0)
        actions.push({ seat, ...action })
      }
      expect(actions.map(({ seat }) => seat).sort()).toEqual([0, 1, 2])
    }
    expect(ended).toBeGreaterThan(3)
    group.close()
  })

  it('seats as many as it is told, and gives them the parameters', async () => {
    const path = served(temporaryDirectory(), 'basic', '--agents 4')
    const samplers = { max_steps: { kind: 'constant', value: 2 } } as const
    const group = await UnityGroup.open(path, { agents: 2, max_steps: 5 }, { ...GROUP, samplers })
    expect(group.seats).toBe(2)
    const stay = [0, 1].map((seat) => ({
      seat,
      continuous: new Float32Array(0),
      discrete: Int32Array.of(0),
    }))
    const began = await group.advance([])
    expect(began.map((moment) => [moment.seat, moment.began])).toEqual([
      [0, true],
      [1, true],
    ])
    expect((await group.advance(stay)).map(({ truncated }) => truncated)).toEqual([false, false])
    group.vary({ max_steps: { kind: 'constant', value: 3 } })
    const second = await group.advance(stay)
    expect(second.map(({ seat, began, truncated }) => [seat, began, truncated])).toEqual([
      [0, false, true],
      [1, false, true],
      [0, true, false],
      [1, true, false],
    ])
    for (const truncated of [false, false, true]) {
      const [first] = await group.advance(stay)
      expect(first!.truncated).toBe(truncated)
    }
    group.close()
  })

  it('dies, and the group says so', async () => {
    const folder = temporaryDirectory()
    const group = await UnityGroup.open(served(folder, 'basic', '--agents 2'), {}, GROUP)
    await group.advance([])
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL')
    await expect(group.advance([])).rejects.toThrow(/game ended with SIGKILL/)
    group.close()
  })
})

describe('a build that cannot be played', () => {
  it('has no such behaviour', () => {
    const path = served(temporaryDirectory(), 'basic')
    expect(sentence(() => open(path, { behavior: 'Walker' }))).toContain(
      'has no behaviour "Walker"; it has Basic',
    )
  })

  it('dies, and its last words are told', () => {
    const path = build(temporaryDirectory(), 'echo "no licence for this game" >&2; exit 3')
    expect(sentence(() => open(path))).toMatch(
      /ended with exit code 3; its last words:\nno licence for this game/,
    )
  })

  it('dies in the midst of an episode, and its log is read', () => {
    const folder = temporaryDirectory()
    const path = served(folder, 'basic', '')
    const unity = open(path)
    unity.reset(0, null)
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL')
    const action = { continuous: new Float32Array(0), discrete: Int32Array.of(1) }
    const said = sentence(() => {
      for (let i = 0; i < 1000; i++) unity.step(action, null)
    })
    expect(said).toMatch(/game ended with SIGKILL/)
    unity.reset(0, null)
    expect(unity.step(action, null).terminated).toBe(false)
  })

  it('never connects, and does not stay behind', async () => {
    const folder = temporaryDirectory()
    const pid = join(folder, 'pid')
    const path = build(folder, `echo $$ > '${pid}'; exec sleep 60`)
    expect(sentence(() => open(path, { timeout_wait: 1 }))).toMatch(
      /did not connect within 1 s.*timeout_wait/,
    )
    await expect.poll(() => isRunning(Number(readFileSync(pid, 'utf8'))), { timeout: 20_000 }).toBe(false)
  })

  it('is not there', () => {
    expect(sentence(() => findExecutable('/nowhere/game'))).toContain(
      'there is no Unity build "/nowhere/game"',
    )
  })

  it.each([
    [{ level: 'hard' }, 'level: a build can only be given numbers'],
    [{ agents: 1.5 }, 'agents must be a whole number; it is 1.5'],
    [{ time_scale: 0 }, 'time_scale must be above 0; it is 0'],
    [{ timeout_wait: 'soon' }, 'timeout_wait must be a number; it is "soon"'],
    [{ timeout_wait: -1 }, 'timeout_wait must be above 0; it is -1'],
    [{ timeout_wait: 1e9 }, 'timeout_wait must be at most 2000000; it is 1000000000'],
    [{ no_graphics: 'yes' }, 'no_graphics must be true or false; it is "yes"'],
  ])('is not started with %j', (parameters, reason) => {
    expect(sentence(() => open('game', parameters))).toBe(`unity:game: ${reason}; `)
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
