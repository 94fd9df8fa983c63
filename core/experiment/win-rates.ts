/**
 * Looks for the first checkpoint of a run that solves its environment. The verdicts are kept with the run's metrics, so a
 * run that goes on after an interruption is looked at where that was left.
 */
import { closing, makeEnvironment } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { agentPlayer, evaluatePlayer, SOLVED_WIN_RATE } from '../evaluate/index.ts'
import type { Library } from '../store/index.ts'
import { type CheckpointFile, listCheckpoints, type RunConfig, runDirectory } from '../train/index.ts'

const WIN_RATE = 'held_out/win_rate'

export class WinRates {
  readonly #library: Library
  readonly #runId: string
  readonly #config: RunConfig
  readonly #seeds: readonly number[]

  constructor(library: Library, runId: string, config: RunConfig, seeds: readonly number[]) {
    this.#library = library
    this.#runId = runId
    this.#config = config
    this.#seeds = seeds
  }

  /** Step of the first checkpoint, of those looked at, that solves the environment. */
  get solvedAtStep(): number | null {
    return this.#known().find(({ value }) => value >= SOLVED_WIN_RATE)?.step ?? null
  }

  /** Looks at every checkpoint of a step that has not been looked at, until one solves it or `signal` is aborted. */
  async look(signal: AbortSignal): Promise<void> {
    const known = new Set(this.#known().map(({ step }) => step))
    for (const checkpoint of await listCheckpoints(runDirectory(this.#library.dir, this.#runId))) {
      if (signal.aborted || this.solvedAtStep !== null) return
      if (checkpoint.step > 0 && !known.has(checkpoint.step)) await this.#evaluate(checkpoint)
    }
  }

  async #evaluate({ step, policy }: CheckpointFile): Promise<void> {
    const { environment: id, parameters, maxEpisodeSteps } = this.#config
    const environment = makeEnvironment(id, parameters)
    const player = await agentPlayer(environment.spec, policy)
    const { winRate } = await closing(environment, () =>
      evaluatePlayer(environment, player, this.#seeds, { maxEpisodeSteps }),
    )
    if (winRate === null) {
      throw new UserError(`${id} does not say when a board is won, so no checkpoint can solve it`, {
        remedy: 'write until: max_steps in the experiment',
      })
    }
    this.#library.appendMetrics(this.#runId, [{ step, name: WIN_RATE, value: winRate }])
  }

  #known() {
    return this.#library.readMetrics(this.#runId, { names: [WIN_RATE] })
  }
}
