/**
 * A hundred thousand damaged files, through every reader of demonstrations: each is read whole or refused with a sentence,
 * within a second and 256 MiB, and the library has all of it or nothing.
 */
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { type DemonstrationFormat, FORMATS } from '../../core/demos/index.ts'
import { environmentStamp } from '../../core/demos/stamp.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { UserError } from '../../core/errors.ts'
import type { EnvironmentStamp, Episode } from '../../core/store/index.ts'
import { randomEpisode, stamp } from '../store/support.ts'
import type { Report, Seeds, Task } from './fuzz/worker.ts'

const FILES = 100_000
const THREADS = 2
const PER_TASK = 250
/** Nothing that is read once takes so long, however busy the machine is. */
const HUNG_MS = 60_000
const MEMORY = 256 * 2 ** 20

const changed = (environment: Partial<EnvironmentStamp>): EnvironmentStamp => ({ ...stamp, ...environment })
const basic = environmentStamp(makeEnvironment('basic').spec)

/** A format that cannot hold one of these is tried with the others. */
const samples: readonly (readonly Episode[])[] = [
  [randomEpisode(1, { steps: 4, masked: true }), randomEpisode(2, { steps: 3, masked: true })],
  [randomEpisode(3, { steps: 4 }), randomEpisode(4, { steps: 2 })],
  [
    randomEpisode(5, {
      changes: {
        environment: changed({ action: { continuous: 1, discrete: [] } }),
        discrete: new Int32Array(0),
      },
    }),
  ],
  [
    randomEpisode(6, {
      changes: {
        environment: changed({ action: { continuous: 0, discrete: [3] } }),
        continuous: new Float32Array(0),
        discrete: Int32Array.of(0, 1, 2, 1, 0),
      },
    }),
  ],
  [
    randomEpisode(7, {
      changes: {
        environment: changed({ observations: [{ name: 'picture', shape: [2, 2, 3] }] }),
        observations: Float32Array.from({ length: 6 * 12 }, (_, i) => (i % 256) / 255),
      },
    }),
  ],
  [
    randomEpisode(8, {
      changes: {
        environment: basic,
        observations: new Float32Array(6 * 20).fill(0.5),
        continuous: new Float32Array(0),
        discrete: Int32Array.of(0, 1, 2, 1, 0),
      },
    }),
  ],
]

async function seedsOf(format: DemonstrationFormat): Promise<Seeds> {
  const seeds: Seeds[number][] = []
  for (const episodes of samples) {
    try {
      const content = await format.write(episodes)
      if (content instanceof Uint8Array) {
        const [extension] = format.layout === 'file' ? format.extensions : []
        seeds.push({ name: `fuzzed${extension}`, bytes: content })
      } else seeds.push({ name: 'fuzzed', files: content })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
    }
  }
  expect(seeds, format.name).not.toEqual([])
  return seeds
}

async function makeTasks(): Promise<Task[]> {
  const readers = FORMATS.filter((format) => format.read !== undefined)
  const each = Math.ceil(FILES / readers.length / PER_TASK)
  const tasks: Task[] = []
  for (const format of readers) {
    const seeds = await seedsOf(format)
    for (let i = 0; i < each; i++) tasks.push({ format: format.name, seeds, files: PER_TASK, seed: i })
  }
  return tasks
}

/** Gives a thread task after task. A thread that hangs or ends is a failure of the file that it had. */
async function runThread(tasks: Task[], reports: Report[], failures: string[]): Promise<void> {
  const progress = new Float64Array(new SharedArrayBuffer(16))
  const worker = new Worker(new URL('./fuzz/worker.ts', import.meta.url), {
    workerData: { environment: stamp, progress },
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    execArgv: [],
  })
  let task: Task | undefined
  const watch = setInterval(() => {
    const [, began = 0] = progress
    if (began > 0 && performance.timeOrigin + performance.now() - began > HUNG_MS) void worker.terminate()
  }, 500)
  const given = new Promise<void>((resolve, reject) => {
    worker.on('message', (report: Report | null) => {
      if (report !== null) reports.push(report)
      task = tasks.pop()
      worker.postMessage(task ?? null)
    })
    worker.on('error', (error) => {
      failures.push(`${task?.format}, task ${task?.seed}, file ${progress[0]}: ${error}`)
    })
    worker.on('exit', () => {
      if (task === undefined) resolve()
      else reject(new Error(`${task.format}, task ${task.seed}, file ${progress[0]} ended its thread`))
    })
  })
  await given.finally(() => clearInterval(watch))
}

it('survives a hundred thousand damaged files', { timeout: 1_800_000 }, async () => {
  const tasks = await makeTasks()
  const planned = tasks.reduce((sum, { files }) => sum + files, 0)
  expect(planned).toBeGreaterThanOrEqual(FILES)
  const reports: Report[] = []
  const failures: string[] = []
  const start = process.memoryUsage().rss
  let most = start
  const sampler = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 20)
  await Promise.all(Array.from({ length: THREADS }, () => runThread(tasks, reports, failures)))
  clearInterval(sampler)
  expect([...failures, ...reports.flatMap((report) => report.failures)]).toEqual([])
  const rows = Map.groupBy(reports, ({ format }) => format)
  for (const [format, all] of rows) {
    const sum = (key: 'read' | 'refused' | 'imported'): number =>
      all.reduce((total, one) => total + one[key], 0)
    console.log(`${format}: ${sum('read')} read, ${sum('refused')} refused, ${sum('imported')} imported`)
    // Damage that no reader takes, or that each does, would test nothing.
    expect(sum('read'), format).toBeGreaterThan(0)
    expect(sum('refused'), format).toBeGreaterThan(sum('read') / 10)
  }
  console.log(`memory grew by ${Math.round((most - start) / 2 ** 20)} MiB`)
  expect(most - start).toBeLessThan(THREADS * MEMORY)
})
