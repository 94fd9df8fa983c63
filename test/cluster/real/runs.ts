/** Runs of the cluster's client, each in a library of its own, and what has become of them. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openLibrary } from '../../../core/store/index.ts'
import type { RayCluster } from './ray-cluster.ts'

/** Everything that a run has come to, but for what it took of time. */
export interface Outcome {
  readonly state: string
  readonly step: number
  readonly policy: string
  readonly metrics: readonly string[]
}

export function library(cluster: RayCluster, name: string): string {
  return join(cluster.folder, name)
}

export async function train(cluster: RayCluster, name: string, args: string): Promise<Outcome> {
  const { code, out, err } = await cluster.understudy([
    ...['train', ...args.split(' '), '--run-id', 'run', '--data', library(cluster, name)],
  ])
  expect(code, out + err).toBe(0)
  return outcome(cluster, name)
}

export function outcome(cluster: RayCluster, name: string): Outcome {
  const directory = library(cluster, name)
  const opened = openLibrary(directory, { readonly: true })
  try {
    const { state, step } = opened.getRun('run')!
    const metrics = opened
      .readMetrics('run')
      .filter(({ name: metric }) => !metric.startsWith('time/'))
      .map(({ step: at, name: metric, value }) => `${at} ${metric} ${value}`)
      .sort()
    return { state, step, policy: hashOf(join(directory, 'runs/run/agent.onnx')), metrics }
  } finally {
    opened.close()
  }
}

function hashOf(file: string): string {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'none'
}
