/** `runs.*`: training in the background. */
import { metricDefinition, metricDefinitions } from '../../learn/index.ts'
import type { Metric as MetricRow } from '../../store/index.ts'
import {
  configOf,
  demonstrationPath,
  diagnose,
  type Finding,
  factsOf,
  requireRun,
} from '../../train/index.ts'
import { type HostContext, toDemonstration } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import type { trainingMethods } from '../protocol/training.ts'
import type { Metric, Result, Series } from '../protocol.ts'

type RunMethod = Exclude<Extract<keyof typeof trainingMethods, `runs.${string}`>, 'runs.watch'>

export function runHandlers(context: HostContext): Handlers<RunMethod> {
  const { library, runs } = context
  return {
    'runs.list': () => runs.list(),
    'runs.start': ({ yaml, runId, name, demonstrations, cluster }) =>
      runs.start(yaml, runId, name, demonstrations, cluster),
    'runs.stop': ({ runId }) => runs.stop(runId),
    'runs.resume': ({ runId, maxSteps, cluster }) => runs.resume(runId, maxSteps, cluster),
    'runs.attach': ({ runId }) => runs.attach(runId),
    'runs.abandon': ({ runId }) => runs.abandon(runId),
    'runs.rename': ({ runId, name }) => runs.rename(runId, name),
    'runs.delete': async ({ runId }) => {
      await runs.delete(runId)
      return { deleted: true }
    },
    'runs.restore': ({ runId }) => runs.restore(runId),
    'runs.details': ({ runId }) => detailsOf(context, runId),
    'runs.metrics': ({ runId, afterStep, names }) => {
      const rows = library.readMetrics(runs.get(runId).id, {
        ...(afterStep === undefined ? {} : { afterStep }),
        ...(names === undefined ? {} : { names }),
      })
      const series = toSeries(rows)
      return {
        metrics: Object.keys(series).map(describeMetric).sort(asDefined),
        series,
        progress: runs.progress(runId),
        health: healthOf(context, runId),
      }
    },
  }
}

function describeMetric(name: string): Metric {
  const { title, unit, meaning, panel = { title } } = metricDefinition(name)
  return { name, title, ...(unit === undefined ? {} : { unit }), meaning, panel }
}

/** Lines of a chart come in the order of their definitions, those without one last. */
function asDefined(a: Metric, b: Metric): number {
  const names = [...metricDefinitions().keys()]
  const at = ({ name }: Metric) => (names.includes(name) ? names.indexOf(name) : names.length)
  return at(a) - at(b)
}

function detailsOf(context: HostContext, runId: string): Result<'runs.details'> {
  const row = requireRun(context.library, runId)
  const config = configOf(row)
  const kept = new Map(
    context.library.listEpisodes({ ids: row.demonstrations }).map((episode) => [episode.id, episode]),
  )
  const demonstrations = row.demonstrations.flatMap((id) => kept.get(id) ?? [])
  return {
    seed: config?.seed ?? null,
    demonstrationPath:
      row.demonstrations.length > 0 || config === null ? null : (demonstrationPath(config) ?? null),
    demonstrations: demonstrations.map((episode) => toDemonstration(context, episode)),
    gone: row.demonstrations.length - demonstrations.length,
  }
}

function healthOf({ library, specs }: HostContext, runId: string): Finding[] {
  const row = requireRun(library, runId)
  // What is wrong with it is told as its problem, and its curves are shown as they are.
  if (configOf(row) === null) return []
  const spec = specs.get(row.environmentId)
  return spec === undefined ? [] : diagnose(factsOf(library, row, spec, library.readMetrics(runId)))
}

/** Rows come in the order of their steps. */
function toSeries(rows: readonly MetricRow[]): Record<string, Series> {
  const byName = Map.groupBy(rows, ({ name }) => name)
  return Object.fromEntries(
    Array.from(byName, ([name, own]) => [
      name,
      { steps: own.map(({ step }) => step), values: own.map(({ value }) => value) },
    ]),
  )
}
