/** Runs of the cluster's client, each in a library of its own, and what has become of them. */
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
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

export interface Begun {
  readonly process: ChildProcess
  readonly ended: Promise<number | null>
  /** What it has printed so far. */
  printed(): string
}

/** A run that is under way. */
export async function begun(cluster: RayCluster, name: string, args: string): Promise<Begun> {
  const command = ['train', ...args.split(' '), '--run-id', 'run', '--data', library(cluster, name), '--json']
  const child = cluster.startUnderstudy(command)
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  while (!/"event":"progress".*"step":[1-9]/.test(printed)) {
    expect(child.exitCode, printed).toBeNull()
    await wait(200)
  }
  return { process: child, ended, printed: () => printed }
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
