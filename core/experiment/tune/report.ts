/** What a search found: NAME.md with the standings and the verification, its curves and raw data, NAME.yaml with the best. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../atomic-file.ts'
import { writeYaml } from '../../train/index.ts'
import { table } from '../markdown.ts'
import { writeReport } from '../report.ts'
import { DEFAULT_TRIAL, type Trial, type TunePlan } from './file.ts'
import type { Standing } from './halving.ts'
import type { TuneResult } from './tune.ts'

export interface TuneReport {
  readonly markdown: string
  readonly files: readonly string[]
  /** Whether the interval of the best trial's ratio to the default lies below 1; null where the default is the best. */
  readonly better: boolean | null
}

export async function writeTuneReport(
  plan: TunePlan,
  { rungs, verification, best }: TuneResult,
  directory: string,
  command: string,
): Promise<TuneReport> {
  await mkdir(directory, { recursive: true })
  const chosen = verification.experiment.columns.find((column) => column.id === best.id)!
  const preset = join(directory, `${plan.name}.yaml`)
  await writeAtomically(preset, [Buffer.from(`# ${best.id} of ${plan.name}\n${writeYaml(chosen.written)}`)])
  const lists = rungs.map(({ experiment, standings }, i) =>
    [
      `### Rung ${i + 1}: ${experiment.columns[0]!.maxSteps.toLocaleString('en')} steps, seeds ${experiment.columns[0]!.seeds.join(', ')}`,
      standingsTable(plan, standings, experiment.columns[0]!.maxSteps),
    ].join('\n\n'),
  )
  const { summary, markdown, files } = await writeReport(
    verification.experiment,
    verification.cells,
    directory,
    command,
    {
      name: plan.name,
      title: plan.title,
      before: [verdict(plan, best), '### Verification on fresh seeds'].join('\n\n'),
      after: lists.join('\n\n'),
    },
  )
  const ratio = summary.comparisons.find(({ of }) => of === best.id)
  return {
    markdown,
    files: [...files, preset],
    better: ratio?.ci95 ? ratio.ci95[1] < 1 : null,
  }
}

function verdict(plan: TunePlan, best: Trial): string {
  if (best.id === DEFAULT_TRIAL) {
    return `No trial of ${plan.trials.length - 1} beats the default on fresh seeds.`
  }
  const settings = Object.entries(best.point).map(([path, value]) => `\`${path}: ${JSON.stringify(value)}\``)
  return `Best on fresh seeds is **${best.id}**: ${settings.join(', ')}. All of its settings: [${plan.name}.yaml](${plan.name}.yaml).`
}

function standingsTable(
  { trials, dimensions }: TunePlan,
  standings: readonly Standing[],
  maxSteps: number,
): string {
  const names = dimensions.map((path) => path.split('.').at(-1)!)
  return table(
    ['', ...names, 'samples, median', 'held-out mean'],
    standings.map(({ id, samples, score }) => {
      const { point } = trials.find((trial) => trial.id === id)!
      const values = dimensions.map((path) =>
        Object.hasOwn(point, path) ? JSON.stringify(point[path]) : '-',
      )
      const shown = Number.isFinite(samples)
        ? samples.toLocaleString('en')
        : `> ${maxSteps.toLocaleString('en')}`
      return [id, ...values, shown, score.toFixed(2)]
    }),
  )
}
