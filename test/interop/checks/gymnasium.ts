/** Gymnasium makes our environments through the package in python/, finds nothing wrong with them, and steps them exactly. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckContext, InteropCheck } from '../check.ts'
import { writeTrace } from '../trace.ts'

const PACKAGE = join(import.meta.dirname, '../../../python')
const STEPS = 2000

/** Gymnasium's id, and the environment and its parameters here. */
const TRACES = [
  ['Bubble-v0', 'bubble/25', {}],
  ['Bubble-v0', 'bubble/25', { action: 'continuous', observation: 'grid' }],
  ['Basic-v0', 'basic', { max_steps: 50 }],
  ['Grid-v0', 'grid', { goal: 'either' }],
  ['Recall-v0', 'recall', {}],
  ['CartPole-v0', 'cart-pole', {}],
  ['Pendulum-v0', 'pendulum', {}],
] as const

export const check: InteropCheck = {
  name: 'gymnasium',
  row: 'Gymnasium package: environments, one and many',
  venv: 'gymnasium',
  packages: ['gymnasium', 'numpy'],
  seconds: 900,
  run,
}

interface Report {
  readonly checked: readonly string[]
  readonly steps: number
  readonly values: number
  /** Steps per second of Bubble, by how many environments. */
  readonly speed: Readonly<Record<string, number>>
}

async function run(context: CheckContext): Promise<string> {
  await installPackage(context)
  const traces = TRACES.map(([id, , kwargs], i) => ({ id, kwargs, file: `trace-${i}` }))
  for (const [i, [, id, parameters]] of TRACES.entries()) {
    await writeTrace(context.folder, traces[i]!.file, id, parameters, STEPS)
  }
  const report = await context.python<Report>('gymnasium_check.py', [JSON.stringify(traces)])
  context.expectEqual('steps that were compared', report.steps, TRACES.length * STEPS)
  await context.execute(context.interpreter, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', PACKAGE])
  await lint(context)
  const speed = Object.entries(report.speed).map(([n, rate]) => `${n}: ${rate.toLocaleString('en')}`)
  return (
    `check_env without a warning on ${report.checked.length} variants; ${report.steps.toLocaleString('en')} steps, ` +
    `${report.values.toLocaleString('en')} values bit for bit; the package's tests, mypy --strict and ruff pass; ` +
    `Bubble, steps per second by environments: ${speed.join(', ')}`
  )
}

/** As the page has it: what stands there is what is run. */
export async function installPackage(context: CheckContext): Promise<void> {
  symlinkSync(PACKAGE, join(context.folder, 'python'))
  await context.runPage('The Python package')
}

async function lint(context: CheckContext): Promise<void> {
  const module = (name: string, ...args: string[]) =>
    context.execute(context.interpreter, ['-m', name, ...args])
  const cache = join(context.folder, '.mypy')
  const files = ['src', 'tests'].map((folder) => join(PACKAGE, folder))
  await module('mypy', '--config-file', join(PACKAGE, 'pyproject.toml'), '--cache-dir', cache, ...files)
  await module('ruff', 'check', '--no-cache', PACKAGE)
  await module('ruff', 'format', '--no-cache', '--check', PACKAGE)
}
