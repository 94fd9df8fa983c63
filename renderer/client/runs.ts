/** All runs with their newest progress, fed by events. */
import { useSyncExternalStore } from 'react'
import type { Progress, Run } from '../../core/studio/protocol.ts'
import { client } from './client.ts'
import { useResource } from './resources.ts'

const changed = new Map<string, Run>()
const newest = new Map<string, Progress>()
const subscribers = new Set<() => void>()
let version = 0

function notify(): void {
  version++
  for (const subscriber of subscribers) subscriber()
}

client.on('run.state', (run) => {
  changed.set(run.id, run)
  if (run.state !== 'running') newest.delete(run.id)
  notify()
})
client.on('run.progress', (progress) => {
  newest.set(progress.runId, progress)
  notify()
})

function subscribe(listener: () => void): () => void {
  subscribers.add(listener)
  return () => subscribers.delete(listener)
}

export interface LiveRun extends Run {
  /** Null when the run is not active or has not reported yet. */
  readonly progress: Progress | null
}

/** Newest first; undefined until the list was read. */
export function useRuns(): readonly LiveRun[] | undefined {
  const list = useResource('runs.list', {})
  useSyncExternalStore(subscribe, () => version)
  return (
    list.value
      // Events tell how a run goes, the list what is damaged of one that does not.
      ?.map((run) => withProgress({ ...run, ...changed.get(run.id), problem: run.problem }))
      .sort((a, b) => b.createdAtUs - a.createdAtUs)
  )
}

function withProgress(run: Run): LiveRun {
  const progress = newest.get(run.id) ?? null
  if (progress === null) return { ...run, progress }
  return {
    ...run,
    step: progress.step,
    score: progress.score,
    masteredAtStep: progress.masteredAtStep,
    progress,
  }
}
