import { describe, expect, it } from 'vitest'
import { emptyAction, makeEnvironment, observationSize } from '../../../core/envs/index.ts'
import { Random } from '../../../core/random.ts'
import { Command, HEAD_BYTES, Kind } from '../../../core/remote/stdio/frames.ts'
import { type Request, type Result, resultLayout, sizesOf } from '../../../core/remote/stdio/layout.ts'
import { refusal } from '../../../core/remote/stdio/serve.ts'
import { StdioSession, type Welcome } from '../../../core/remote/stdio/session.ts'
import { OwnEnd } from '../../rollout/own-end.ts'
import { framesOf, greeting, json, request, text } from './support.ts'

type Parameters = Readonly<Record<string, number | string>>

/** A session that has been greeted, and what it answers. */
function open(id: string, count: number, parameters?: Parameters) {
  const environments = Array.from({ length: count }, () => makeEnvironment(id, parameters))
  const { spec } = environments[0]!
  const sizes = sizesOf(spec)
  const session = new StdioSession(environments, 'understudy 0')
  const ask = (kind: number, body: Uint8Array) => framesOf(session.answer({ kind, body }))
  const welcome = json<Welcome>(ask(Kind.hello, greeting.subarray(HEAD_BYTES))[0]!.body)
  const advance = (fill: (request: Request) => void): { result: Result; finals: Uint8Array | undefined } => {
    const [first, second] = ask(Kind.advance, request(sizes, count, fill))
    expect(first!.kind).toBe(Kind.result)
    return { result: resultLayout(sizes, count, first!.body.buffer, 0), finals: second?.body }
  }
  return { spec, sizes, ask, advance, welcome }
}

/** Bit for bit, and quicker than the matcher. */
function same(a: Float32Array | Uint8Array, b: Float32Array | Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
}

describe('StdioSession', () => {
  it('greets with the spec, and refuses another protocol and a request without a greeting', () => {
    const { welcome, spec } = open('bubble/25', 3, { colours: 2 })
    expect(welcome).toEqual({
      protocol: 2,
      program: 'understudy 0',
      environments: 3,
      spec: JSON.parse(JSON.stringify(spec)),
      scene: 'bubble',
    })
    const session = new StdioSession([makeEnvironment('basic')], 'understudy 0')
    const ask = (kind: number, body: Uint8Array) => () => session.answer({ kind, body })
    expect(ask(Kind.scene, new Uint8Array(4))).toThrow('must be a greeting')
    expect(ask(Kind.hello, text({ protocol: 1, client: 'a test' }))).toThrow(
      'a test speaks version 1 of the protocol, and understudy 0 version 2',
    )
    expect(ask(Kind.hello, Uint8Array.of(0x7b))).toThrow('not JSON')
    expect(ask(Kind.hello, text(null))).toThrow('must have')
    expect(ask(Kind.hello, text({ protocol: '1' }))).toThrow('must have')
  })

  it('refuses to go on with an episode that an environment has broken off', () => {
    const fault = { atStep: 2, every: 1, message: 'it gave NaN' }
    const session = new StdioSession([new OwnEnd({ fault })], 'understudy 0')
    session.answer({ kind: Kind.hello, body: greeting.subarray(HEAD_BYTES) })
    const ask = (command: number) => {
      const body = request(sizesOf(new OwnEnd().spec), 1, ({ commands }) => commands.fill(command))
      return () => session.answer({ kind: Kind.advance, body })
    }
    ask(Command.reset)()
    ask(Command.step)()
    expect(ask(Command.step)).toThrow('it gave NaN')
    expect(ask(Command.step)).toThrow('there is no episode to step')
    expect(ask(Command.reset)).not.toThrow()
  })

  it.each([
    ['bubble/25', {}],
    ['bubble/25', { action: 'continuous', observation: 'grid' }],
    ['grid', { goal: 'either', max_steps: 20 }],
  ])('steps %s %o as it steps here, masks and all', (id, parameters) => {
    const count = 3
    const { spec, sizes, advance } = open(id, count, parameters)
    const twins = Array.from({ length: count }, () => makeEnvironment(id, parameters))
    const random = new Random(5)
    const expected = new Float32Array(observationSize(spec))
    const mask = new Uint8Array(sizes.mask)
    const ended = new Array(count).fill(true)
    for (let step = 0; step < 150; step++) {
      const actions = twins.map(() => {
        const action = emptyAction(spec)
        action.continuous.forEach((_, i) => {
          action.continuous[i] = 2 * random.uniform() - 1
        })
        spec.action.discrete.forEach((size, branch) => {
          action.discrete[branch] = random.below(size)
        })
        return action
      })
      const { result } = advance(({ seeds, commands, continuous, discrete }) => {
        for (let e = 0; e < count; e++) {
          seeds[e] = 1000 * e + step
          commands[e] = ended[e] ? Command.reset : Command.step
          continuous.set(actions[e]!.continuous, e * sizes.continuous)
          discrete.set(actions[e]!.discrete, e * sizes.branches)
        }
      })
      for (const [e, twin] of twins.entries()) {
        if (ended[e]) {
          twin.reset(1000 * e + step, expected)
          ended[e] = false
          expect([result.rewards[e], result.terminated[e], result.truncated[e]]).toEqual([0, 0, 0])
        } else {
          const { reward, terminated, truncated } = twin.step(actions[e]!, expected)
          ended[e] = terminated || truncated
          expect(result.rewards[e]).toBe(reward)
          expect([result.terminated[e], result.truncated[e]]).toEqual([Number(terminated), Number(truncated)])
          expect(result.succeeded[e]).toBe(Number(ended[e] && twin.succeeded))
        }
        const at = e * sizes.observation
        expect(same(result.observations.subarray(at, at + sizes.observation), expected)).toBe(true)
        twin.writeActionMask?.(mask)
        expect(same(result.masks.subarray(e * sizes.mask, (e + 1) * sizes.mask), mask)).toBe(true)
      }
    }
  })

  it('says that nobody says whether an episode reached its goal', () => {
    const environments = [new OwnEnd({ length: 1, silent: true }), new OwnEnd({ length: 1 })]
    const session = new StdioSession(environments, 'understudy 0')
    const sizes = sizesOf(environments[0]!.spec)
    session.answer({ kind: Kind.hello, body: greeting.subarray(HEAD_BYTES) })
    let result: Result | undefined
    for (const command of [Command.reset, Command.step]) {
      const body = request(sizes, 2, ({ commands }) => commands.fill(command))
      const [answer] = framesOf(session.answer({ kind: Kind.advance, body }))
      result = resultLayout(sizes, 2, answer!.body.buffer, 0)
    }
    expect([...result!.truncated]).toEqual([1, 1])
    expect([...result!.succeeded]).toEqual([2, 0])
  })

  it('begins the next episode in the same step and sends how the last one ended', () => {
    const { sizes, advance } = open('basic', 2)
    const place = (observations: Float32Array, e: number) =>
      observations.subarray(20 * e, 20 * (e + 1)).indexOf(1)
    advance(({ commands }) => commands.fill(Command.reset))
    for (let step = 0; step < 2; step++) {
      const { result, finals } = advance(({ commands, discrete }) => {
        commands.fill(Command.stepThenReset)
        discrete.set([1, 2])
      })
      expect(finals).toBeUndefined()
      expect(place(result.observations, 0)).toBe(9 - step)
    }
    const { result, finals } = advance(({ commands, discrete }) => {
      commands.fill(Command.stepThenReset)
      discrete.set([1, 2])
    })
    expect(finals!.length).toBe(4 * sizes.observation)
    expect(new Float32Array(finals!.buffer as ArrayBuffer).indexOf(1)).toBe(7)
    expect([place(result.observations, 0), place(result.observations, 1)]).toEqual([10, 13])
    expect([...result.terminated]).toEqual([1, 0])
    expect([...result.succeeded]).toEqual([0, 0])
    expect(result.rewards[0]).toBe(-0.01 + 0.1)
  })

  it('leaves alone what nothing is asked of', () => {
    const { advance } = open('basic', 2)
    advance(({ commands }) => commands.fill(Command.reset))
    const { result } = advance(({ commands, discrete }) => {
      commands.set([Command.nothing, Command.step])
      discrete.set([2, 2])
    })
    expect(result.observations.indexOf(1)).toBe(10)
    expect(result.observations.subarray(20).indexOf(1)).toBe(11)
  })

  it('does nothing at all when one action is refused', () => {
    const { ask, advance, sizes } = open('basic', 2)
    const twoSteps = (discrete: readonly number[], commands: readonly number[] = [1, 1]) =>
      request(sizes, 2, (body) => {
        body.discrete.set(discrete)
        body.commands.set(commands)
      })
    expect(() => ask(Kind.advance, twoSteps([2, 2]))).toThrow('environment 0: there is no episode to step')
    advance(({ commands }) => commands.fill(Command.reset))
    expect(() => ask(Kind.advance, twoSteps([2, 3]))).toThrow(
      'environment 1: action 3 of branch 0 is outside 0 to 2',
    )
    expect(() => ask(Kind.advance, twoSteps([2, -1]))).toThrow('action -1')
    expect(() => ask(Kind.advance, twoSteps([2, 2], [1, 9]))).toThrow('environment 1: there is no command 9')
    expect(() => ask(Kind.advance, new Uint8Array(3))).toThrow('has 3 bytes, not 18')
    expect(() => ask(77, new Uint8Array(0))).toThrow('no request of kind 77')
    const { result } = advance(({ commands }) => commands.fill(Command.nothing))
    expect(result.observations.indexOf(1)).toBe(10)
  })

  it.each([1.5, Number.NaN, Number.NEGATIVE_INFINITY])('refuses the continuous action %d', (value) => {
    const { ask, advance, sizes } = open('bubble/25', 1, { action: 'continuous' })
    advance(({ commands }) => commands.fill(Command.reset))
    const body = request(sizes, 1, ({ commands, continuous }) => {
      commands.fill(Command.step)
      continuous[1] = value
    })
    expect(() => ask(Kind.advance, body)).toThrow(`continuous action ${value} is outside`)
  })

  it('gives the scene of one environment, without the aim lines', () => {
    const { ask, advance } = open('bubble/25', 2)
    advance(({ commands, seeds }) => {
      commands.fill(Command.reset)
      seeds.set([3, 4])
    })
    const twin = makeEnvironment('bubble/25')
    twin.reset(4, null)
    const [drawing] = ask(Kind.scene, Uint8Array.of(1, 0, 0, 0))
    expect(json(drawing!.body)).toEqual(twin.scene({ aims: false }))
    expect(() => ask(Kind.scene, Uint8Array.of(2, 0, 0, 0))).toThrow('no environment 2: there are 2')
    expect(() => ask(Kind.scene, Uint8Array.of(2))).toThrow('1 bytes, not 4')
  })
})

describe('refusal', () => {
  it('tells a bug from a request that cannot be met', () => {
    const told = json(framesOf(refusal(new TypeError('x is not a function')))[0]!.body)
    expect(told).toEqual({ type: 'Error', message: 'x is not a function' })
  })
})
