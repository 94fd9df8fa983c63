/** All agents of one behaviour in a Unity build, for a learner that trains them together. */
import {
  type AgentGroup,
  type AgentGroupOptions,
  type EnvironmentSpec,
  observationSize,
  type ParameterValue,
  type SeatAction,
  type SeatMoment,
} from '../../envs/index.ts'
import type { Sampler } from '../../envs/sampler.ts'
import { UserError } from '../../errors.ts'
import { type Build, specOf, takeBuildAsync } from './builds.ts'
import { packedAction, packRequest, type Request, type SeatedMoment, unpackMoments } from './protocol.ts'
import { type BuildSettings, buildSettings } from './settings.ts'

export class UnityGroup implements AgentGroup {
  readonly spec: EnvironmentSpec
  readonly seats: number
  readonly #settings: BuildSettings
  readonly #build: Build
  readonly #size: number
  #samplers: Readonly<Record<string, Sampler>>
  #joined = false

  /** @throws UserError when it cannot be started, or is not a game that can be played here */
  static async open(
    path: string,
    parameters: Readonly<Record<string, ParameterValue>>,
    options: AgentGroupOptions,
  ): Promise<UnityGroup> {
    const settings = buildSettings(path, parameters)
    return new UnityGroup(settings, await takeBuildAsync(settings, options.seed), options)
  }

  private constructor(settings: BuildSettings, build: Build, { samplers, seats }: AgentGroupOptions) {
    this.#settings = settings
    this.#build = build
    this.spec = specOf(settings, build.description)
    this.seats = seats ?? settings.agents ?? build.description.agents
    this.#size = observationSize(this.spec)
    const given = Object.entries(settings.floats).map(([name, value]) => [name, { kind: 'constant', value }])
    this.#samplers = { ...(Object.fromEntries(given) as Record<string, Sampler>), ...samplers }
  }

  async advance(actions: readonly SeatAction[]): Promise<SeatMoment[]> {
    const parameters = Object.entries(this.#samplers).map(([name, sampler]) => ({ name, sampler }))
    this.#samplers = {}
    const request: Request = this.#joined
      ? {
          ask: 'advance',
          actions: actions.map((action) => ({ seat: action.seat, ...packedAction(action, this.spec) })),
          parameters,
        }
      : { ask: 'join', seats: this.seats, parameters }
    this.#joined = true
    const answer = await this.#build.thread.callAsync(packRequest(request), this.#settings.seconds)
    return unpackMoments(answer).map((moment) => this.#read(moment))
  }

  vary(samplers: Readonly<Record<string, Sampler>>): void {
    this.#samplers = { ...this.#samplers, ...samplers }
  }

  close(): void {
    this.#build.thread.close()
  }

  #read({ observation: bytes, ...moment }: SeatedMoment): SeatMoment {
    const observation = new Float32Array(bytes.slice().buffer)
    if (observation.length === this.#size) return { ...moment, observation, succeeded: null }
    throw new UserError(
      `${this.#settings.name} sent ${observation.length} observed numbers after sending ${this.#size} before`,
    )
  }
}
