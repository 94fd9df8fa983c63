/**
 * How many steps and seconds the presets take to reach people on bubble/25, seed by seed, as the command line does it:
 *
 *     node bench/learning.ts [--seeds 5] [--presets sac-gail,sac,...] [--out docs/results]
 *
 * One run after another in a library of its own, then 100 held-out levels each. Writes bubble-25.json and one curve per
 * preset as SVG, prints the table. Runs that --out already has are kept, so an interrupted measurement goes on.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeEnvironment } from '../core/envs/index.ts'
import { trainingCurvePlot } from '../core/evaluate/index.ts'

interface Result {
  readonly preset: string
  readonly seed: number
  /** Steps to the published rule: the first 1,000-step window at or below the human average. */
  readonly masteredAtStep: number | null
  /** The same over 10,000 steps, a window that noise does not cross. */
  readonly sustainedAtStep: number | null
  readonly masteredAtSeconds: number | null
  readonly steps: number
  readonly wallSeconds: number
  /** Mean bubbles and win rate on 100 held-out seeds, most likely action. */
  readonly heldOut: {
    readonly mean: number
    readonly ci95: readonly [number, number]
    readonly winRate: number
  }
  readonly curve: { readonly steps: number[]; readonly scores: number[] }
}

const ENVIRONMENT = 'bubble/25'
/** Preset -> arguments of `understudy train` that choose it, and steps per run. */
const PRESETS: Readonly<Record<string, { args: string[]; steps: number; title: string }>> = {
  'sac-gail': { args: ['--algo', 'sac', '--gail'], steps: 15_000, title: 'SAC + GAIL' },
  sac: { args: ['--algo', 'sac'], steps: 15_000, title: 'SAC' },
  'ppo-gail': { args: ['--algo', 'ppo', '--gail'], steps: 150_000, title: 'PPO + GAIL' },
  ppo: { args: ['--algo', 'ppo'], steps: 150_000, title: 'PPO' },
  bc: { args: ['--algo', 'bc'], steps: 2_500, title: 'Behavioural cloning' },
}

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    presets: { type: 'string', default: Object.keys(PRESETS).join(',') },
    out: { type: 'string', default: 'docs/results' },
  },
})
const root = join(import.meta.dirname, '..')
const out = join(root, options.out)
const file = join(out, 'bubble-25.json')
const data = mkdtempSync(join(tmpdir(), 'understudy-learning-'))

function understudy(args: string[], onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(root, 'bin/understudy.js'), '--data', data, '--json', ...args],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      lines.forEach(onLine)
    })
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${code}`))))
  })
}

async function measure(preset: string, seed: number): Promise<Result> {
  const runId = `${preset}-${seed}`
  const { args, steps } = PRESETS[preset]!
  const curve = { steps: [] as number[], scores: [] as number[] }
  let finished: {
    masteredAtStep: number | null
    sustainedAtStep: number | null
    steps: number
    wallSeconds: number
  }
  let masteredAtSeconds: number | null = null
  const began = performance.now()
  await understudy(
    [
      'train',
      '--env',
      ENVIRONMENT,
      ...args,
      '--seed',
      `${seed}`,
      '--max-steps',
      `${steps}`,
      '--run-id',
      runId,
    ],
    (line) => {
      const event = JSON.parse(line)
      if (event.event === 'metrics' && event.values['rollout/window_score'] !== undefined) {
        curve.steps.push(event.step)
        curve.scores.push(Number(event.values['rollout/window_score'].toFixed(2)))
      }
      if (event.masteredAtStep !== null && event.masteredAtStep !== undefined) {
        masteredAtSeconds ??= (performance.now() - began) / 1000
      }
      if (event.event === 'finished') finished = event
    },
  )
  let heldOut: Result['heldOut']
  await understudy(['evaluate', runId, '--episodes', '100'], (line) => {
    const { bubbles, winRate } = JSON.parse(line)
    heldOut = { mean: bubbles.mean, ci95: bubbles.ci95, winRate }
  })
  const { masteredAtStep, sustainedAtStep, steps: taken, wallSeconds } = finished!
  return {
    preset,
    seed,
    masteredAtStep,
    sustainedAtStep,
    masteredAtSeconds,
    steps: taken,
    wallSeconds,
    heldOut: heldOut!,
    curve,
  }
}

const known: Result[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).results : []
mkdirSync(out, { recursive: true })
const wanted = options.presets.split(',')
for (let seed = 1; seed <= Number(options.seeds); seed++) {
  for (const preset of wanted) {
    if (PRESETS[preset] === undefined)
      throw new Error(`no preset "${preset}"; known are ${Object.keys(PRESETS)}`)
    if (known.some((result) => result.preset === preset && result.seed === seed)) continue
    known.push(await measure(preset, seed))
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
    const results = known.toSorted((a, b) => a.preset.localeCompare(b.preset) || a.seed - b.seed)
    writeFileSync(file, `${JSON.stringify({ environment: ENVIRONMENT, machine, results }, null, 1)}\n`)
  }
}
rmSync(data, { recursive: true, force: true })

const { score } = makeEnvironment(ENVIRONMENT).spec
const row = (cells: unknown[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`)
row([
  'preset',
  'seed',
  'mastered at step',
  'after seconds',
  '10,000-step window',
  'held-out mean [95 %]',
  'won',
  'steps',
  'seconds',
])
row(Array(9).fill('---'))
for (const preset of wanted) {
  const results = known.filter((result) => result.preset === preset).sort((a, b) => a.seed - b.seed)
  for (const r of results) {
    const { mean, ci95, winRate } = r.heldOut
    const interval = `${mean.toFixed(2)} [${ci95.map((end) => end.toFixed(2)).join(', ')}]`
    const seconds = r.masteredAtSeconds?.toFixed(0) ?? '-'
    row([
      preset,
      r.seed,
      r.masteredAtStep ?? '-',
      seconds,
      r.sustainedAtStep ?? '-',
      interval,
      `${Math.round(100 * winRate)} %`,
      r.steps,
      r.wallSeconds.toFixed(0),
    ])
  }
  writeFileSync(
    join(out, `bubble-25-${preset}.svg`),
    trainingCurvePlot({
      title: `${PRESETS[preset]!.title} on bubble/25`,
      units: score.units,
      human: score.human ?? null,
      curves: results.map(({ seed, curve, masteredAtStep }) => ({
        label: `seed ${seed}`,
        ...curve,
        masteredAtStep,
      })),
    }),
  )
}
