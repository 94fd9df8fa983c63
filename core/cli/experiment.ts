/** `understudy experiment`: configurations x seeds, a table, curves and the raw data. */
import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { UserError } from '../errors.ts'
import {
  type Cell,
  type Experiment,
  ExperimentRunner,
  outdated,
  planExperiment,
  type Report,
  readCells,
  readReportCells,
  writeReport,
} from '../experiment/index.ts'
import { readRegularText } from '../read-file.ts'
import { packageVersion } from '../studio/version.ts'
import { wholeNumber } from './arguments.ts'
import { admitColumns, admitNamed, loadNamedPlugins } from './config-file.ts'
import type { CliContext } from './context.ts'
import { ExperimentDisplay } from './experiment-display.ts'
import { experimentPlace } from './experiment-place.ts'
import { namedCluster, type OnCluster, onOption, tokenOption } from './on-cluster.ts'
import { parseSeeds } from './seeds.ts'

interface Options extends OnCluster {
  out?: string
  report?: string
  jobs?: number
  columns?: string
  seeds?: string
  reportOnly?: boolean
}

export function register(program: Command, context: CliContext): void {
  program
    .command('experiment')
    .description('train several configurations with several seeds each, and compare them')
    .argument('<file>', 'YAML file: columns, seeds, and when a run ends')
    .option('--out <dir>', 'where to keep runs and raw data (default: results/NAME in the data directory)')
    .option('--report <dir>', 'where to write NAME.md, NAME.svg and NAME.json (default: same as --out)')
    .option(
      '--jobs <n>',
      'runs at the same time (default: as many as the cores, or the CPUs of the cluster, allow)',
      wholeNumber('--jobs', 1, 1024),
    )
    .addOption(onOption('train'))
    .addOption(tokenOption())
    .option('--columns <ids>', 'only these columns: sac,sac-gail')
    .option('--seeds <list>', 'only these seeds: 1,3-5')
    .addOption(
      new Option('--report-only', 'train nothing; rewrite the report from the raw data').conflicts([
        'jobs',
        'columns',
        'seeds',
        'on',
      ]),
    )
    .action((file: string, options: Options) => experiment(file, options, context))
}

async function experiment(file: string, options: Options, context: CliContext): Promise<void> {
  const text = readRegularText(file)
  await loadNamedPlugins(text, file, context)
  admitNamed(text, file, context)
  const plan = planExperiment(text, file)
  admitColumns(plan, context)
  const directory = resolve(options.out ?? join(context.dataDirectory, 'results', plan.name))
  const reportDirectory = resolve(options.report ?? directory)
  const complete = options.reportOnly === true || (await train(plan, directory, options, context))
  const made = await readCells(directory)
  const cells = made.length > 0 ? made : await readReportCells(reportDirectory, plan.name)
  const known = cells.filter((cell) => plan.columns.some((column) => column.id === cell.column))
  for (const { cell, changes } of outdated(plan, known)) {
    context.note(`${cell} was made with settings different from those now in ${file}: ${changes.join('; ')}`)
  }
  if (known.length > 0) {
    show(await writeReport(plan, known, reportDirectory, `understudy experiment ${file}`), known, context)
  } else if (options.reportOnly) {
    throw new UserError(`there are no results for ${plan.name} in ${directory}`, {
      remedy: 'leave out --report-only to make them, or say where they are with --out or --report',
    })
  }
  context.signal.throwIfAborted()
  if (!complete) {
    throw new UserError('some runs failed', {
      remedy: 'run the same command again to retry the missing ones',
    })
  }
}

async function train(
  plan: Experiment,
  directory: string,
  options: Options,
  context: CliContext,
): Promise<boolean> {
  const cluster = await namedCluster(options)
  const display = new ExperimentDisplay(context, plan)
  const runner = new ExperimentRunner({
    experiment: plan,
    directory,
    jobs: options.jobs,
    place: cluster === undefined ? undefined : await experimentPlace(cluster),
    columns: options.columns?.split(','),
    seeds: options.seeds === undefined ? undefined : parseSeeds(options.seeds),
    version: packageVersion(),
    signal: context.signal,
    onEvent: (event) => display.show(event),
  })
  // The second Ctrl-C ends this process at once; the training processes must not stay behind.
  const killWithUs = () => runner.kill()
  process.once('exit', killWithUs)
  const onStop = () =>
    display.note('stopping after checkpoints; the same command continues; Ctrl-C again stops at once')
  context.signal.addEventListener('abort', onStop)
  context.takeTimeToEnd()
  try {
    return await runner.run()
  } finally {
    context.signal.removeEventListener('abort', onStop)
    process.off('exit', killWithUs)
    display.close()
  }
}

function show({ summary, markdown, files }: Report, cells: readonly Cell[], context: CliContext): void {
  if (context.json) {
    context.printJson({ event: 'report', cells: cells.length, files, ...summary })
    return
  }
  context.print(markdown)
  context.print('')
  context.print(`written: ${files.join(', ')}`)
}
