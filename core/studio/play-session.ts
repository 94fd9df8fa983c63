/** A person at an environment. The host steps it, so that what is recorded is what happened. */
import { Recorder } from '../demos/index.ts'
import {
  type Action,
  emptyAction,
  makeEnvironment,
  type ParameterValue,
  type StepResult,
  viewOf,
} from '../envs/index.ts'
import { UserError } from '../errors.ts'
import type { Library } from '../store/index.ts'
import { plainEvents, plainScene, plainSpec } from './plain.ts'
import type { PlayState, PlayStep, Action as WireAction } from './protocol.ts'

export interface PlayOptions {
  readonly environment: string
  readonly parameters: Readonly<Record<string, ParameterValue>> | undefined
  readonly seed: number
  readonly playerName: string
  /** Where to record, null to record nothing. */
  readonly library: Library | null
}

export class PlaySession {
  readonly id: string
  readonly #recorder: Recorder
  readonly #action: Action
  #terminated = false
  #truncated = false

  constructor(id: string, options: PlayOptions) {
    this.id = id
    const environment = makeEnvironment(options.environment, options.parameters)
    this.#action = emptyAction(environment.spec)
    this.#recorder = new Recorder(options.library, environment, {
      seed: options.seed,
      player: { name: options.playerName, kind: 'human' },
    })
  }

  /** Whether the environment has ended the episode, so that only its person's decision is missing. */
  get over(): boolean {
    return this.#recorder.over
  }

  /** Null when nothing is recorded. */
  get episodeId(): number | null {
    return this.#recorder.episodeId
  }

  state(): PlayState {
    const { environment, seed, episodeId } = this.#recorder
    return {
      session: this.id,
      seed,
      spec: plainSpec(environment.spec),
      scene: plainScene(this.#view().scene),
      episodeId,
      ...this.#progress(),
    }
  }

  /**
   * One decision of the person, on disk when this returns.
   * @throws UserError when the episode is over or the action is not allowed; nothing happens then. Also when the environment
   * cannot make the step, which ends the episode before it
   */
  step(given: WireAction): PlayStep {
    this.#takeAction(given)
    const { steps } = this.#recorder
    let result: StepResult
    try {
      result = this.#recorder.step(this.#action)
    } catch (error) {
      // On a full disk the step has been made.
      this.#truncated = this.#recorder.over && this.#recorder.steps === steps
      throw error
    }
    const { reward, terminated, truncated } = result
    this.#terminated = terminated
    this.#truncated = truncated
    const { scene, events } = this.#view()
    return {
      scene: plainScene(scene),
      events: plainEvents(events),
      reward,
      committed: this.#recorder.committed,
      ...this.#progress(),
    }
  }

  /** @returns the episode that was kept, null when nothing was recorded or it was not to be kept */
  end(keep: boolean): number | null {
    this.#recorder.environment.close?.()
    if (keep) return this.#recorder.keep()
    this.#recorder.discard()
    return null
  }

  /** Leaves the recording as a crash would: it is offered for keeping the next time. */
  abandon(): void {
    this.#recorder.environment.close?.()
    if (this.#recorder.steps === 0) this.#recorder.discard()
    else this.#recorder.interrupt()
  }

  #view() {
    const { environment, observation, over } = this.#recorder
    return viewOf(environment, observation, { aims: !over })
  }

  #progress() {
    const { environment, steps, over } = this.#recorder
    return {
      steps,
      return: this.#recorder.return,
      terminated: this.#terminated,
      truncated: this.#truncated,
      success: over && environment.succeeded,
    }
  }

  #takeAction(given: WireAction): void {
    if (this.#recorder.over) {
      throw new UserError('this episode is over', { remedy: 'keep or discard it, then start another' })
    }
    const { environment } = this.#recorder
    const { continuous, discrete } = environment.spec.action
    if (given.continuous.length !== continuous || given.discrete.length !== discrete.length) {
      throw new UserError(
        `an action here has ${continuous} continuous values and ${discrete.length} choices, ` +
          `not ${given.continuous.length} and ${given.discrete.length}`,
      )
    }
    const mask = new Uint8Array(discrete.reduce((sum, size) => sum + size, 0)).fill(1)
    environment.writeActionMask?.(mask)
    let offset = 0
    for (const [branch, size] of discrete.entries()) {
      const choice = given.discrete[branch]!
      if (choice >= size) throw new UserError(`choice ${branch} must be below ${size}, not ${choice}`)
      if (mask[offset + choice] === 0) throw new UserError('this action is not allowed now')
      offset += size
    }
    this.#action.continuous.set(given.continuous)
    this.#action.discrete.set(given.discrete)
  }
}
