/** The curves of a run, read once and then extended while the run reports progress. */
import { useCallback, useSyncExternalStore } from 'react'
import type { HealthNote, Metric, Series } from '../../core/studio/protocol.ts'
import { client } from './client.ts'

export interface Curves {
  readonly metrics: readonly Metric[]
  readonly series: Readonly<Record<string, Series>>
  /** What the curves say, worst first. */
  readonly health: readonly HealthNote[]
}

interface Entry {
  curves: Curves | undefined
  lastStep: number
  busy: boolean
  again: boolean
  readonly subscribers: Set<() => void>
}

const entries = new Map<string, Entry>()

export function useCurves(runId: string): Curves | undefined {
  const subscribe = useCallback(
    (listener: () => void) => {
      const entry = entryOf(runId)
      entry.subscribers.add(listener)
      void extend(runId, entry)
      return () => {
        entry.subscribers.delete(listener)
        if (entry.subscribers.size === 0) entries.delete(runId)
      }
    },
    [runId],
  )
  return useSyncExternalStore(subscribe, () => entries.get(runId)?.curves)
}

function entryOf(runId: string): Entry {
  const known = entries.get(runId)
  if (known !== undefined) return known
  const entry: Entry = { curves: undefined, lastStep: -1, busy: false, again: false, subscribers: new Set() }
  entries.set(runId, entry)
  return entry
}

/** Reads what came after the last known step; asked for meanwhile, it reads once more. */
async function extend(runId: string, entry: Entry): Promise<void> {
  if (entry.busy) {
    entry.again = true
    return
  }
  entry.busy = true
  try {
    do {
      entry.again = false
      const after = entry.lastStep < 0 ? {} : { afterStep: entry.lastStep }
      append(entry, await client.call('runs.metrics', { runId, ...after }))
    } while (entry.again)
  } catch {
    // The run is gone or the line is down: what is known stays, and the next progress asks again.
  } finally {
    entry.busy = false
  }
}

function append(entry: Entry, more: Curves): void {
  const series = new Map(Object.entries(entry.curves?.series ?? {}))
  for (const [name, { steps, values }] of Object.entries(more.series)) {
    const before = series.get(name)
    series.set(name, {
      steps: [...(before?.steps ?? []), ...steps],
      values: [...(before?.values ?? []), ...values],
    })
    entry.lastStep = Math.max(entry.lastStep, steps.at(-1) ?? -1)
  }
  const known = entry.curves?.metrics ?? []
  const fresh = more.metrics.filter(({ name }) => !known.some((metric) => metric.name === name))
  entry.curves = {
    metrics: [...known, ...fresh],
    series: Object.fromEntries(series),
    health: more.health,
  }
  for (const subscriber of entry.subscribers) subscriber()
}

function extendWatched(runId: string): void {
  const entry = entries.get(runId)
  if (entry !== undefined) void extend(runId, entry)
}

client.on('run.progress', ({ runId }) => extendWatched(runId))
client.on('run.state', ({ id }) => extendWatched(id))
