/** Flags of `understudy train` that would say nothing beside the others: refused, as nobody gives one for nothing. */
import type { EnvironmentSpec, Preset } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { contentOf, needsDemonstrations, type RunConfig } from '../train/index.ts'

interface Flags {
  readonly algo?: string
  readonly gail?: boolean
  readonly behavior?: string
  readonly demos?: string
  readonly gailControl?: string
  readonly numEnvs?: number
  readonly envsPerWorker?: number
}

/** @throws UserError naming the first that another one leaves no room for */
export function refuseIdleFlags({ behavior, numEnvs, envsPerWorker }: Flags, file: string | undefined): void {
  if (behavior !== undefined && file === undefined) {
    throw idle(
      '--behavior chooses from a configuration file, and none was given',
      'leave it out, or name the file',
    )
  }
  if (numEnvs !== undefined && envsPerWorker !== undefined) {
    throw idle(
      '--num-envs and --envs-per-worker cannot be used together',
      'give the number of environments either in total or per worker',
    )
  }
}

/**
 * A preset is the whole of what --algo and --gail name.
 * @param all  of the environment
 * @throws UserError when they name something else
 */
export function refuseOtherThanPreset({ algo, gail }: Flags, preset: Preset, all: readonly Preset[]): void {
  const is = contentOf(preset)
  const flag =
    algo !== undefined && algo !== is.algorithm
      ? `--algo ${algo}`
      : gail !== undefined && gail !== is.gail
        ? gail
          ? '--gail'
          : '--no-gail'
        : undefined
  if (flag === undefined) return
  const wanted = { algo: algo ?? is.algorithm, gail: gail ?? is.gail }
  const other = all.find((candidate) => {
    const has = contentOf(candidate)
    return has.algorithm === wanted.algo && has.gail === wanted.gail
  })
  throw idle(
    `the preset ${preset.id} is ${preset.title}, which ${flag} contradicts`,
    other === undefined ? `leave ${flag} out` : `use --preset ${other.id}, or leave ${flag} out`,
  )
}

/** @throws UserError when a flag is about what the run does not do */
export function refuseUnused(flags: Flags, config: RunConfig, spec: EnvironmentSpec): void {
  const { trainer_type: algorithm } = config.behavior
  for (const [flag, given] of [
    ['--demos', flags.demos !== undefined],
    ['--gail-control', (flags.gailControl ?? 'none') !== 'none'],
  ] as const) {
    if (given && !needsDemonstrations(config)) {
      throw idle(
        `${algorithm} with these settings does not learn from demonstrations, so ${flag} has no effect`,
        'add --gail, or leave it out',
      )
    }
  }
  const { at } = config.stop
  if ((at === 'mastered' || at === 'sustained') && spec.score.human === undefined) {
    throw idle(
      `${spec.id} has no human average, so a run cannot end at mastery`,
      'use --stop-on plateau, --max-steps or --max-time',
    )
  }
}

function idle(sentence: string, remedy: string): UserError {
  return new UserError(sentence, { usage: true, remedy })
}
