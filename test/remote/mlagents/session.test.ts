import { describe, expect, it } from 'vitest'
import { emptyAction, makeEnvironment, observationSize } from '../../../core/envs/index.ts'
import type { Sampler } from '../../../core/envs/sampler.ts'
import {
  type AgentInfo,
  COMMAND,
  type Message,
  messageCodec,
  STATUS,
  type Written,
} from '../../../core/remote/mlagents/messages.ts'
import { Session } from '../../../core/remote/mlagents/session.ts'
import {
  CHANNELS,
  writeEnvironmentParameter,
  writeSideChannel,
} from '../../../core/remote/mlagents/side-channels.ts'
import { MIXED } from './mixed.ts'

/** As it arrives on the other side. */
const sent = (message: Written<Message>) => messageCodec.decode(messageCodec.encode(message))

class Trainer {
  readonly session: Session
  readonly notes: string[] = []
  last: Message

  constructor(
    environment: string,
    options: { agents?: number; seed?: number; areas?: number; version?: string } = {},
  ) {
    const { agents = 1, seed = 0, areas = 1, version = '1.5.0' } = options
    const note = (text: string) => void this.notes.push(text)
    this.session = new Session({ environment, parameters: {}, agents, note })
    this.last = sent(this.session.hello())
    const initialization = { seed, areas, communicationVersion: version, packageVersion: '1.1.0' }
    this.last = this.say({ initialization })!
  }

  say(input: Written<NonNullable<Message['input']>>): Message | null {
    const next = this.session.answer(sent({ header: { status: STATUS.ok }, input }))
    return next === null ? null : sent(next)
  }

  reset(...parameters: { name: string; sampler: Sampler }[]): readonly AgentInfo[] {
    const data = parameters.map((parameter) => writeEnvironmentParameter(parameter))
    const messages = data.map((bytes) => ({ channel: CHANNELS.environmentParameters, data: bytes }))
    const sideChannel = writeSideChannel(messages)
    return this.#infos(this.say({ rl: { command: COMMAND.reset, sideChannel } })!)
  }

  step(...actions: readonly (readonly number[])[]): readonly AgentInfo[] {
    const value = actions.map((discrete) => ({ discrete }))
    return this.#infos(this.say({ rl: { agentActions: { [this.behaviour]: { value } } } })!)
  }

  get behaviour(): string {
    return Object.keys(this.last.output!.rl!.agentInfos)[0]!
  }

  #infos(message: Message): readonly AgentInfo[] {
    this.last = message
    return message.output!.rl!.agentInfos[this.behaviour]!.value
  }
}

const position = (info: AgentInfo) => info.observations[0]!.floatData!.data.indexOf(1)
const LEFT = [1]
const RIGHT = [2]

describe('a session with a trainer', () => {
  it('introduces itself, waits for a reset, and announces the behaviour once, with its first agent', () => {
    const session = new Session({ environment: 'basic', parameters: {}, agents: 1 })
    const { header, output } = sent(session.hello())
    expect(header!.status).toBe(200)
    expect(output!.initialization).toMatchObject({ name: 'AcademySingleton', communicationVersion: '1.5.0' })
    const trainer = new Trainer('basic')
    expect(trainer.last.header!.status).toBe(200)
    expect(trainer.last.output).toBeNull()
    const [info] = trainer.reset()
    const [behaviour] = trainer.last.output!.initialization!.brainParameters
    expect(behaviour!.name).toBe('Basic?team=0')
    expect(behaviour!.actionSpec).toMatchObject({ discrete: 1, branchSizes: [3] })
    expect(info!.observations[0]).toMatchObject({ shape: [20], name: 'position', dimensionProperties: [1] })
    expect(position(info!)).toBe(10)
    trainer.step(RIGHT)
    expect(trainer.last.output!.initialization).toBeNull()
  })

  it('ends an episode and begins the next in one message, with another id', () => {
    const trainer = new Trainer('basic')
    const [first] = trainer.reset()
    trainer.step(LEFT)
    trainer.step(LEFT)
    const infos = trainer.step(LEFT)
    expect(infos).toHaveLength(2)
    const [end, next] = infos as [AgentInfo, AgentInfo]
    expect(end).toMatchObject({ done: true, maxStepReached: false, id: first!.id })
    expect(end.reward).toBe(Math.fround(0.09))
    expect(position(end)).toBe(7)
    expect(next.done).toBe(false)
    expect(next.reward).toBe(0)
    expect(next.id).not.toBe(first!.id)
    expect(position(next)).toBe(10)
  })

  it('keeps apart agents that end at different times', () => {
    const trainer = new Trainer('basic', { agents: 2 })
    expect(trainer.reset()).toHaveLength(2)
    trainer.step(LEFT, RIGHT)
    trainer.step(LEFT, RIGHT)
    const infos = trainer.step(LEFT, RIGHT)
    expect(infos.map(({ done, id }) => [done, id])).toEqual([
      [true, 0],
      [false, 2],
      [false, 1],
    ])
    // Actions are for those that wait, in their order.
    const after = trainer.step(RIGHT, LEFT)
    expect(after.map(position)).toEqual([11, 12])
  })

  it('tells an episode that was cut off from one that ended by its rules', () => {
    const session = new Session({ environment: 'basic', parameters: { max_steps: 1 }, agents: 1 })
    const say = (input: Written<NonNullable<Message['input']>>) =>
      sent(session.answer(sent({ header: { status: STATUS.ok }, input }))!)
    say({ initialization: { communicationVersion: '1.5.0' } })
    say({ rl: { command: COMMAND.reset } })
    const { output } = say({ rl: { agentActions: { 'Basic?team=0': { value: [{ discrete: [0] }] } } } })
    expect(output!.rl!.agentInfos['Basic?team=0']!.value[0]).toMatchObject({
      done: true,
      maxStepReached: true,
    })
  })

  it('plays what the environment plays with the same seeds, number for number', () => {
    const trainer = new Trainer('bubble/25', { agents: 2, seed: 7 })
    const { spec } = makeEnvironment('bubble/25')
    const action = emptyAction(spec)
    const size = observationSize(spec)
    const own = [0, 1].map((agent) => ({ agent, episode: 0, environment: makeEnvironment('bubble/25') }))
    const observation = new Float32Array(size)
    const valuesOf = (info: AgentInfo) => info.observations.flatMap(({ floatData }) => floatData!.data)
    let waiting = trainer.reset()
    for (const { agent, environment } of own) {
      environment.reset(7 + agent, observation)
      expect(valuesOf(waiting[agent]!)).toEqual([...observation])
    }
    let ended = 0
    for (let step = 0; step < 60; step++) {
      const aims = [(step * 7) % 41, (step * 11) % 41]
      const infos = trainer.step(...aims.map((aim) => [aim, 0]))
      let i = 0
      for (const player of own) {
        action.discrete.set([aims[player.agent]!, 0])
        const { reward, terminated, truncated } = player.environment.step(action, observation)
        const info = infos[i++]!
        expect(valuesOf(info)).toEqual([...observation])
        expect(info.reward).toBe(Math.fround(reward))
        expect(info.done).toBe(terminated || truncated)
        if (!info.done) continue
        ended++
        player.episode++
        player.environment.reset(7 + player.agent + 2 * player.episode, observation)
        expect(valuesOf(infos[i++]!)).toEqual([...observation])
      }
      waiting = infos
    }
    expect(ended).toBeGreaterThan(1)
    expect(trainer.last.output!.rl!.agentInfos[trainer.behaviour]!.value[0]!.observations[0]!.shape).toEqual([
      410,
    ])
  })

  it('shows images with channels first and marks what is forbidden', () => {
    const trainer = new Trainer('grid', { seed: 3 })
    const environment = makeEnvironment('grid')
    const observation = new Float32Array(3 * 28 * 28)
    const mask = new Uint8Array(5)
    let forbidden = 0
    environment.reset(3, observation)
    let [info] = trainer.reset()
    for (let step = 0; step < 5; step++) {
      expect(info!.observations[0]).toMatchObject({ shape: [3, 28, 28], dimensionProperties: [1, 2, 2] })
      expect(info!.observations[0]!.floatData!.data).toEqual([...observation])
      environment.writeActionMask!(mask)
      expect(info!.actionMask).toEqual(Array.from(mask, (allowed) => allowed === 0))
      forbidden += info!.actionMask.filter(Boolean).length
      environment.step({ continuous: new Float32Array(0), discrete: Int32Array.of(1) }, observation)
      ;[info] = trainer.step([1])
    }
    expect(forbidden).toBeGreaterThan(0)
  })

  it('shows several observations and takes both kinds of actions at once, the continuous ones kept in range', () => {
    const session = new Session({ environment: MIXED, parameters: {}, agents: 1 })
    const say = (input: Written<NonNullable<Message['input']>>) =>
      sent(session.answer(sent({ header: { status: STATUS.ok }, input }))!).output
    say({ initialization: { communicationVersion: '1.5.0' } })
    const [brain] = say({ rl: { command: COMMAND.reset } })!.initialization!.brainParameters
    expect(brain!.name).toBe('TestMixed?team=0')
    expect(brain!.actionSpec).toMatchObject({ continuous: 2, discrete: 2, branchSizes: [2, 3] })
    const act = (continuous: number[]) => {
      const agentActions = { 'TestMixed?team=0': { value: [{ continuous, discrete: [1, 2] }] } }
      return say({ rl: { agentActions } })!.rl!.agentInfos['TestMixed?team=0']!.value[0]!
    }
    const { observations, reward } = act([0.5, -7])
    expect(observations.map(({ shape }) => shape)).toEqual([[4], [2, 3, 4]])
    expect(observations[0]!.floatData!.data.slice(0, 3)).toEqual([0.5, -1, 5])
    expect(reward).toBe(Math.fround(0.5 * 0.3 + 0.1 + 2))
    expect(() => act([Number.NaN, 0])).toThrow(/continuous action 0: expected a number, found NaN/)
    expect(() => act([0])).toThrow(/continuous actions: expected 2, found 1/)
  })

  it('begins anew in the middle of an episode, and gives one again that nobody has touched', () => {
    const trainer = new Trainer('bubble/25', { seed: 1 })
    const shown = () => JSON.stringify(trainer.reset()[0]!.observations[0]!.floatData!.data)
    const first = shown()
    expect(shown()).toBe(first)
    const before = trainer.step([20, 0])[0]!.id
    const second = shown()
    expect(second).not.toBe(first)
    expect(trainer.last.output!.rl!.agentInfos[trainer.behaviour]!.value[0]!.id).toBeGreaterThan(before)
    const environment = makeEnvironment('bubble/25')
    const observation = new Float32Array(observationSize(environment.spec))
    environment.reset(2, observation)
    expect(second).toBe(JSON.stringify([...observation.subarray(0, 410)]))
  })

  it('makes as many areas as the trainer asks for', () => {
    expect(new Trainer('basic', { agents: 2, areas: 3 }).reset()).toHaveLength(6)
  })

  it('takes parameters from the next episode on, and hears the rest politely', () => {
    const trainer = new Trainer('basic')
    const limit = (value: number) => ({ name: 'max_steps', sampler: { kind: 'constant', value } as const })
    trainer.reset(limit(2), { name: 'gravity', sampler: { kind: 'constant', value: 9.81 } })
    expect(trainer.step([0])[0]!.done).toBe(false)
    expect(trainer.step([0])[0]).toMatchObject({ done: true, maxStepReached: true })
    const sideChannel = writeSideChannel([
      { channel: CHANNELS.engineConfiguration, data: Uint8Array.of(2, 0, 0, 0, 0, 0, 160, 65) },
      { channel: CHANNELS.trainingAnalytics, data: Uint8Array.of(1, 2, 3) },
      { channel: '00112233-4455-6677-8899-aabbccddeeff', data: new Uint8Array(0) },
      { channel: CHANNELS.environmentParameters, data: writeEnvironmentParameter(limit(1)) },
    ])
    const agentActions = { [trainer.behaviour]: { value: [{ discrete: [0] }] } }
    // The episode under way keeps its limit of 2.
    const { output } = trainer.say({ rl: { agentActions, sideChannel } })!
    expect(output!.rl!.agentInfos[trainer.behaviour]!.value.map(({ done }) => done)).toEqual([false])
    trainer.step([0])
    expect(trainer.step([0])[0]!.done).toBe(true)
    expect(trainer.notes).toEqual(['the trainer sets "gravity", which basic does not have; it has max_steps'])
  })

  it('draws parameters that the trainer gives as a range', () => {
    const trainer = new Trainer('basic', { seed: 5 })
    trainer.reset({ name: 'max_steps', sampler: { kind: 'uniform', from: 1, to: 4, seed: 8 } })
    const lengths = new Set<number>()
    for (let episode = 0; episode < 30; episode++) {
      let length = 1
      while (!trainer.step([0])[0]!.done) length++
      lengths.add(length)
    }
    expect([...lengths].sort()).toEqual([1, 2, 3, 4])
  })

  it('ends when the trainer says goodbye or quits', () => {
    const trainer = new Trainer('basic')
    expect(trainer.session.answer(sent({ header: { status: STATUS.goodbye } }))).toBeNull()
    expect(trainer.say({ rl: { command: COMMAND.quit } })).toBeNull()
  })

  it('refuses a trainer of another age', () => {
    expect(() => new Trainer('basic', { version: '0.15.0' })).toThrow(/speaks version 0.15.0/)
  })

  it.each([
    ['an action for one agent of two', [[0]], /expected 2, one per agent, found 1/],
    ['an action that there is not', [[3], [0]], /branch 0: expected 0 to 2, found 3/],
    ['too many branches', [[0, 0], [0]], /discrete actions: expected 1, found 2/],
  ])('refuses %s', (_, actions, message) => {
    const trainer = new Trainer('basic', { agents: 2 })
    trainer.reset()
    expect(() => trainer.step(...actions)).toThrow(message)
  })

  it('refuses a parameter that would change what agents see', () => {
    const trainer = new Trainer('grid')
    const bigger = { name: 'cell_pixels', sampler: { kind: 'constant', value: 5 } as const }
    expect(() => trainer.reset(bigger)).toThrow(/cell_pixels changes what agents see/)
  })

  it('refuses more agents than a message holds', () => {
    expect(() => new Trainer('grid', { agents: 150, areas: 3 })).toThrow(
      /450 agents of grid at once need 4233600 bytes/,
    )
  })
})
