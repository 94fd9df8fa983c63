/** Whether the demonstrations that were chosen are what a run needs. */
import { counted } from '../counted.ts'
import {
  type ChoiceProblem,
  demonstrationPath,
  firstMisfit,
  knownVersions,
  needsDemonstrations,
  type RunConfig,
} from '../train/index.ts'
import type { HostContext } from './context.ts'

/** Fewer have not been enough to rely on. */
const FEW = 5

/** @param ids  of episodes. @returns nothing of what is not learned from */
export function judgeDemonstrations(
  { library, specs }: HostContext,
  config: RunConfig,
  ids: readonly number[],
): { problems: ChoiceProblem[]; warnings: string[] } {
  const problems: ChoiceProblem[] = []
  const warnings: string[] = []
  const told = { problems, warnings }
  if (!needsDemonstrations(config)) return told
  const tell = (message: string, remedy: string) => problems.push({ path: 'demonstrations', message, remedy })
  const { environment } = config
  const episodes = ids.map((id) => library.getEpisode(id))
  if (episodes.length === 0) {
    if (demonstrationPath(config) === undefined) {
      tell(
        'this run learns from demonstrations and none are chosen',
        'choose some, or take off what learns from them',
      )
    }
    return told
  }
  const foreign = episodes.filter((row) => row.environmentId !== environment)
  const spec = specs.get(environment)
  if (foreign.length > 0 && spec !== undefined) {
    const elsewhere = `${foreign.length.toLocaleString('en')} of the demonstrations ${foreign.length === 1 ? 'was' : 'were'} played in another environment`
    const misfit = firstMisfit(library, spec, foreign)
    if (misfit === undefined) {
      warnings.push(`${elsewhere}, whose observations and actions are the same.`)
    } else {
      tell(`${elsewhere}: ${misfit}`, `choose demonstrations of ${environment}`)
    }
  }
  if (new Set(knownVersions(episodes, environment)).size > 1) {
    warnings.push('The demonstrations were played in different versions of the environment.')
  }
  if (episodes.length < FEW) {
    const few = `${counted(episodes.length, 'demonstration')} ${episodes.length === 1 ? 'is' : 'are'} few`
    warnings.push(`${few}: expect a less reliable result than with ten.`)
  }
  return told
}
