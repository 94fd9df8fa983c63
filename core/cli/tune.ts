/** `understudy tune`: searches settings on some seeds and verifies them on fresh ones. */
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { UserError } from '../errors.ts'
import { type ExperimentRunner, planTuning, tune, writeTuneReport } from '../experiment/index.ts'
import { readRegularText } from '../read-file.ts'
import { packageVersion } from '../studio/version.ts'
import { wholeNumber } from './arguments.ts'
import { admitColumns, admitNamed, loadNamedPlugins } from './config-file.ts'
import type { CliContext } from './context.ts'
import { ExperimentDisplay } from './experiment-display.ts'
import { experimentPlace } from './experiment-place.ts'
import { namedCluster, type OnCluster, onOption, tokenOption } from './on-cluster.ts'

interface Options extends OnCluster {
  out?: string
  report?: string
  jobs?: number
}

export function register(program: Command, context: CliContext): void {
  program
    .command('tune')
    .description("search for better settings than a preset's, and verify them on fresh seeds")
    .argument('<file>', 'YAML file: a preset, a space of settings, the rungs of the search')
    .option('--out <dir>', 'where to keep runs and raw data (default: results/NAME in the data directory)')
    .option('--report <dir>', 'where to write NAME.md, .svg, .json and .yaml (default: same as --out)')
    .option(
      '--jobs <n>',
      'runs at the same time (default: as many as the cores, or the CPUs of the cluster, allow)',
      wholeNumber('--jobs', 1, 1024),
    )
    .addOption(onOption('train'))
    .addOption(tokenOption())
    .action((file: string, options: Options) => search(file, options, context))
}

async function search(file: string, options: Options, context: CliContext): Promise<void> {
  const text = readRegularText(file)
  await loadNamedPlugins(text, file, context)
  admitNamed(text, file, context)
  const plan = planTuning(text, file)
  const directory = resolve(options.out ?? join(context.dataDirectory, 'results', plan.name))
  const cluster = await namedCluster(options)
  let display: ExperimentDisplay | undefined
  let runner: ExperimentRunner | undefined
  // The second Ctrl-C ends this process at once; the training processes must not stay behind.
  const killWithUs = () => runner?.kill()
  process.once('exit', killWithUs)
  const onStop = () =>
    display?.note('stopping after checkpoints; the same command continues; Ctrl-C again stops at once')
  context.signal.addEventListener('abort', onStop)
  context.takeTimeToEnd()
  const result = await tune({
    plan,
    directory,
    jobs: options.jobs,
    place: cluster === undefined ? undefined : await experimentPlace(cluster),
    version: packageVersion(),
    signal: context.signal,
    onPart: (experiment) => {
      admitColumns(experiment, context)
      display?.close()
      display = new ExperimentDisplay(context, experiment)
    },
    onRunner: (next) => {
      runner = next
    },
    onEvent: (event) => display?.show(event),
  }).finally(() => {
    context.signal.removeEventListener('abort', onStop)
    process.off('exit', killWithUs)
    display?.close()
  })
  context.signal.throwIfAborted()
  if (result === null) {
    throw new UserError('some runs failed', {
      remedy: 'run the same command again to retry the missing ones',
    })
  }
  const reportDirectory = resolve(options.report ?? directory)
  const report = await writeTuneReport(plan, result, reportDirectory, `understudy tune ${file}`)
  if (context.json) {
    context.printJson({ event: 'tuned', best: result.best, better: report.better, files: report.files })
    return
  }
  context.print(report.markdown)
  context.print('')
  context.print(`written: ${report.files.join(', ')}`)
  context.print(`next: understudy train ${report.files.at(-1)}`)
}
