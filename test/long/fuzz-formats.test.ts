/**
 * A hundred thousand damaged files, through every reader of demonstrations: each is read whole or refused with a sentence, hardly
 * any because it takes more than it is given, and the library has all of it or nothing.
 */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type DemonstrationFormat, FORMATS, readSource } from '../../core/demos/index.ts'
import { environmentStamp } from '../../core/demos/stamp.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { UserError } from '../../core/errors.ts'
import type { EnvironmentStamp, Episode } from '../../core/store/index.ts'
import { randomEpisode, stamp, temporaryDirectory } from '../store/support.ts'
import type { Report, Seeds, Task } from './fuzz/worker.ts'

const FILES = 100_000
const PROCESSES = 2
const PER_TASK = 250
/** No task takes so long, however busy the machine is. */
const HUNG_MS = 240_000

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
        environment: changed({ observations: [{ name: 'picture', shape: [3, 2, 2] }] }),
        observations: Float32Array.from({ length: 6 * 12 }, (_, i) => (i % 256) / 255),
      },
    }),
  ],
  [randomEpisode(9, { changes: { seed: null } })],
  [
    randomEpisode(10, {
      changes: {
        environment: changed({
          action: { ...stamp.action, units: { ranges: [[0.1, 0.7]], starts: [-1, 5] } },
        }),
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

const line = changed({
  observations: [{ name: 'view', shape: [2] }],
  action: { continuous: 0, discrete: [3] },
})
const robot = changed({
  observations: [
    { name: 'pixels', shape: [3, 6, 5] },
    { name: 'position', shape: [2] },
  ],
  action: { continuous: 2, discrete: [] },
})

/** What other programs have written, by the format that it is read as, and what was played there. */
const FIXTURES: Readonly<Record<string, readonly (readonly [string, EnvironmentStamp])[]>> = {
  npz: [['numpy-2.npz', stamp]],
  imitation: [['imitation-1.0.1', line]],
  'imitation-npz': [['imitation-1.0.1.npz', line]],
  lerobot: [['lerobot-0.4.4', robot]],
  minari: [['minari-0.5.4-cartpole.zip', stamp]],
}

async function seedsOf(format: DemonstrationFormat): Promise<Seeds> {
  const seeds = (FIXTURES[format.name] ?? []).map(([name, environment]) => ({
    source: readSource(join(import.meta.dirname, '../demos/fixtures', name)),
    environment,
  }))
  for (const episodes of samples) {
    const { environment } = episodes[0]!
    try {
      const content = await format.write(episodes)
      if (content instanceof Uint8Array) {
        const [extension] = format.layout === 'file' ? format.extensions : []
        seeds.push({ source: { name: `fuzzed${extension}`, bytes: content }, environment })
      } else seeds.push({ source: { name: 'fuzzed', files: content }, environment })
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

/** Gives a process task after task. One that hangs or ends is a failure of the file that it had. */
async function runProcess(tasks: Task[], reports: Report[], stop: AbortSignal): Promise<void> {
  const folder = temporaryDirectory()
  const worker = fork(join(import.meta.dirname, 'fuzz/worker.ts'), [folder], {
    serialization: 'advanced',
    execArgv: ['--max-old-space-size=256'],
    signal: stop,
  })
  let task: Task | undefined
  let clock: NodeJS.Timeout | undefined
  const ended = Promise.withResolvers<void>()
  worker.on('message', (message: Report | 'ready') => {
    if (message !== 'ready') reports.push(message)
    task = tasks.pop()
    clearTimeout(clock)
    if (task === undefined) {
      worker.disconnect()
      return
    }
    clock = setTimeout(() => worker.kill('SIGKILL'), HUNG_MS)
    worker.send(task)
  })
  worker.on('error', ended.reject)
  worker.on('exit', (code, signal) => {
    clearTimeout(clock)
    if (task === undefined || stop.aborted) return ended.resolve()
    const file = readFileSync(join(folder, 'progress'), 'utf8').trim()
    const which = `${task.format}, task ${task.seed}, file ${file}`
    ended.reject(new Error(`${which} ended the process (${signal ?? code})`))
  })
  await ended.promise
}

it('survives a hundred thousand damaged files', { timeout: 1_800_000 }, async () => {
  const tasks = await makeTasks()
  const planned = tasks.reduce((sum, { files }) => sum + files, 0)
  expect(planned).toBeGreaterThanOrEqual(FILES)
  const reports: Report[] = []
  const stop = new AbortController()
  try {
    await Promise.all(Array.from({ length: PROCESSES }, () => runProcess(tasks, reports, stop.signal)))
  } finally {
    stop.abort()
  }
  expect(reports.flatMap((report) => report.failures)).toEqual([])
  const rows = Map.groupBy(reports, ({ format }) => format)
  for (const [format, all] of rows) {
    const sum = (key: 'read' | 'refused' | 'ended' | 'imported'): number =>
      all.reduce((total, one) => total + one[key], 0)
    const [read, refused, ended, imported] = [sum('read'), sum('refused'), sum('ended'), sum('imported')]
    console.log(`${format}: ${read} read, ${refused} refused (${ended} of them ended), ${imported} imported`)
    // The limits are for what no reader can tell before.
    expect(ended, format).toBeLessThan(refused / 100)
    // Damage that no reader takes, or that each does, would test nothing.
    expect(sum('read'), format).toBeGreaterThan(0)
    expect(sum('refused'), format).toBeGreaterThan(sum('read') / 10)
  }
})
