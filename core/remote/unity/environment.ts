/**
 * A Unity build with ML-Agents in it, or the project that is open in Unity's editor (`unity:editor`). A game is no function of
 * a seed: `reset` begins the next episode, whatever its seed, and what was played cannot be played again. So a snapshot holds
 * nothing, and an episode that was under way when it was taken is broken off: its next step ends it as truncated.
 */
import {
  type Action,
  type Environment,
  type EnvironmentSpec,
  observationSize,
  type ParameterValue,
  type StepResult,
} from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import { type Build, describeBuild, specOf, takeBuild } from './builds.ts'
import { packedAction, packRequest, type Request, unpackMoment } from './protocol.ts'
import { type BuildSettings, buildSettings } from './settings.ts'

export class UnityEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly #settings: BuildSettings
  readonly #result: StepResult = { reward: 0, terminated: false, truncated: false }
  readonly #observation: Float32Array
  readonly #choices: number
  #build: Build | null = null
  #mask: Uint8Array | null = null
  #playing = false
  /** Whether the episode was broken off by `restore`. */
  #broken = false

  /**
   * @param path        of the build, or 'editor'
   * @param parameters  behavior, agents, time_scale, no_graphics, timeout_wait; any other goes to the game as a float
   * @throws UserError when it cannot be started, or is not a game that can be played here
   */
  constructor(path: string, parameters: Readonly<Record<string, ParameterValue>>) {
    this.#settings = buildSettings(path, parameters)
    this.spec = specOf(this.#settings, describeBuild(this.#settings))
    this.#observation = new Float32Array(observationSize(this.spec))
    this.#choices = this.spec.action.discrete.reduce((sum, size) => sum + size, 0)
  }

  /** A build does not say whether its goal was reached. */
  get succeeded(): null {
    return null
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#build ??= takeBuild(this.#settings, seed)
    this.#broken = false
    this.#receive(this.#ask({ ask: 'begin', floats: this.#settings.floats }))
    this.#playing = true
    observation?.set(this.#observation)
  }

  step({ continuous, discrete }: Action, observation: Float32Array | null): StepResult {
    if (this.#broken) return this.#breakOff(observation)
    if (!this.#playing) throw new Error(`${this.spec.id} is stepped outside an episode`)
    const { action } = this.spec
    for (let i = 0; i < action.continuous; i++) {
      if (!(Math.abs(continuous[i]!) <= 1)) throw new Error(`continuous value ${i} is ${continuous[i]}`)
    }
    for (const [branch, size] of action.discrete.entries()) {
      const index = discrete[branch]!
      if (!(index >= 0 && index < size)) throw new Error(`branch ${branch} has no action ${index}`)
    }
    this.#receive(this.#ask({ ask: 'step', ...packedAction({ continuous, discrete }, this.spec) }))
    this.#playing = !this.#result.terminated && !this.#result.truncated
    observation?.set(this.#observation)
    return this.#result
  }

  writeActionMask(mask: Uint8Array): void {
    if (this.#mask === null) mask.fill(1, 0, this.#choices)
    else mask.set(this.#mask)
  }

  snapshot(): Uint8Array {
    return new Uint8Array(0)
  }

  restore(): void {
    this.#broken = true
  }

  scene(): null {
    return null
  }

  events(): readonly unknown[] {
    return []
  }

  close(): void {
    this.#build?.thread.close()
    this.#build = null
    this.#playing = false
  }

  #breakOff(observation: Float32Array | null): StepResult {
    this.#broken = false
    this.#playing = false
    Object.assign(this.#result, { reward: 0, terminated: false, truncated: true })
    observation?.set(this.#observation)
    return this.#result
  }

  #receive(bytes: Uint8Array): void {
    const moment = unpackMoment(bytes)
    const { reward, terminated, truncated, mask } = moment
    const values = new Float32Array(moment.observation.slice().buffer)
    if (values.length !== this.#observation.length) {
      throw new UserError(
        `${this.#settings.name} sent ${values.length} observed numbers after sending ${this.#observation.length} before`,
      )
    }
    this.#observation.set(values)
    this.#mask = mask
    Object.assign(this.#result, { reward, terminated, truncated })
  }

  /** @throws UserError when the build has died or does not answer; the next reset starts another */
  #ask(request: Request): Uint8Array {
    try {
      return this.#build!.thread.call(packRequest(request), this.#settings.seconds)
    } catch (error) {
      this.close()
      throw error
    }
  }
}
