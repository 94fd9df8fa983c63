/**
 * ML-Agents' own trainer imitates what was recorded and exported here, by cloning and by GAIL, and is given no reward of the
 * environment: after those who walk to the small goal it walks there, after those who walk to the large one there.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonl } from '../../../core/demos/formats/jsonl/index.ts'
import type { Episode } from '../../../core/demos/index.ts'
import { favouring, model } from '../../evaluate/models.ts'
import type { CheckContext, InteropCheck } from '../check.ts'
import { recordEpisodes } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'mlagents-imitation',
  row: "Unity .demo for ML-Agents' trainer: cloning and GAIL",
  venv: 'mlagents',
  packages: ['mlagents', 'mlagents-envs', 'torch'],
  run,
}

/** What a run of the trainer came to. */
interface Run {
  readonly code: number
  readonly said: string
  /** [steps, mean reward of the environment] of each summary. */
  readonly curve: readonly (readonly [number, number])[]
  /** By the names of its TensorBoard events. */
  readonly scalars: Readonly<Record<string, readonly number[]>>
}

/** To the small goal and to the large one: the action, and the return of the shortest way. */
const WAYS = { left: { action: 1, reward: 0.07 }, right: { action: 2, reward: 0.93 } } as const
type Way = keyof typeof WAYS
/** Of the mean reward at the end. */
const TOLERANCE = 0.02
const EPISODES = 10

const CLONING = 'Losses/Pretraining Loss'
const GAIL = ['Losses/GAIL Loss', 'Policy/GAIL Expert Estimate', 'Policy/GAIL Policy Estimate'] as const

async function run(context: CheckContext): Promise<string> {
  const page = (await context.runPage('From ML-Agents')).join('')
  const mean = /points per episode +([\d.]+)/.exec(page)?.[1]
  if (mean !== '0.93') context.fail(`the agent of the page has ${mean} points per episode`)
  await context.understudy(['env', 'launcher', '--env', 'basic', '--agents', '16', '--out', LINE.build])
  const said: string[] = []
  for (const way of ['left', 'right'] as const) {
    await demonstrate(context, way)
    const cloned = await train(context, `cloning-${way}`, { cloning: way })
    const loss = changing(context, cloned, CLONING)
    if (!(loss.at(-1)! < loss[0]! / 4)) context.fail(`the loss of cloning went ${loss.join(', ')}`)
    said.push(`cloning from ${way}.demo: loss ${span(loss)}, mean reward ${arrived(context, cloned, way)}`)

    const rewarded = await train(context, `gail-${way}`, { gail: way })
    const [discriminator, expert, policy] = GAIL.map((name) => changing(context, rewarded, name))
    if (!(Math.max(...expert!.map((estimate, i) => estimate - policy![i]!)) > 0)) {
      context.fail(`GAIL never told the demonstrations from the policy: ${expert}; ${policy}`)
    }
    said.push(`GAIL from it: loss ${span(discriminator!)}, mean reward ${arrived(context, rewarded, way)}`)
  }
  const taken = await takes(context)
  const refused = await refuses(context)
  return `the page, whose agent has ${mean} points; without reward of the environment, one seed: ${said.join('; ')}; an update by both from demonstrations of ${taken}; refused: ${refused}`
}

/** Records one who always goes that way, and exports it: `left.demo`. */
async function demonstrate(context: CheckContext, way: Way): Promise<void> {
  const always = model({ inputs: { position: [20] } }, ([x], graph) => ({
    logits: favouring(graph, x!, 20, 3, () => WAYS[way].action),
  }))
  writeFileSync(join(context.folder, `${way}.onnx`), always)
  await context.understudy(['agents', 'import', `${way}.onnx`, '--env', 'basic'])
  const ids = await recordEpisodes(context, 'basic', EPISODES, way)
  await context.understudy(['demos', 'export', ...ids, '--out', `${way}.demo`])
}

/** Where one learns to walk a line. */
const LINE = { build: 'basic.x86_64', behavior: 'Basic', steps: 4000 }

interface Imitation {
  /** Name of the file without its ending. */
  readonly cloning?: string
  readonly gail?: string
}

function train(context: CheckContext, name: string, imitation: Imitation, scene = LINE): Promise<Run> {
  writeFileSync(join(context.folder, `${name}.yaml`), configuration(imitation, scene))
  return context.python<Run>('mlagents-run.py', [`${name}.yaml`, scene.build, name])
}

/**
 * The environment's reward has the strength 0, or is none. GAIL looks no further than one step: its reward is positive
 * everywhere, so that one who looks further stays on the line for ever.
 */
function configuration({ cloning, gail }: Imitation, { behavior, steps }: typeof LINE): string {
  const signal =
    gail === undefined
      ? 'extrinsic: {gamma: 0.9, strength: 0.0}'
      : `gail: {gamma: 0.0, strength: 1.0, demo_path: ${gail}.demo, learning_rate: 1.0e-3, use_actions: true,
        network_settings: {hidden_units: 64}}`
  const pretraining =
    cloning === undefined
      ? ''
      : `    behavioral_cloning: {demo_path: ${cloning}.demo, strength: 1.0, num_epoch: 10}\n`
  return `behaviors:
  ${behavior}:
    trainer_type: ppo
    hyperparameters: {batch_size: 64, buffer_size: 256, learning_rate: 3.0e-3, beta: 1.0e-3, learning_rate_schedule: constant}
    network_settings: {hidden_units: 64, num_layers: 1}
    reward_signals:
      ${signal}
${pretraining}    max_steps: ${steps}
    time_horizon: 16
    summary_freq: ${steps / 4}
`
}

/** The values of a scalar, which must not stay the same; those that are no numbers have failed before. */
function changing(context: CheckContext, { code, scalars, said }: Run, name: string): readonly number[] {
  if (code !== 0) context.fail(`the trainer ended with ${code}: ${said.slice(-600)}`)
  const values = scalars[name] ?? []
  if (new Set(values).size < 3) context.fail(`${name} is ${values.join(', ')}`)
  return values
}

function span(values: readonly number[]): string {
  return `${values[0]!.toFixed(2)} to ${values.at(-1)!.toFixed(2)}`
}

/** @returns the mean reward at the end, which must be that of the way that was shown */
function arrived(context: CheckContext, { curve }: Run, way: Way): number {
  const [, reward] = curve.at(-1) ?? [0, Number.NaN]
  if (!(Math.abs(reward - WAYS[way].reward) <= TOLERANCE)) {
    context.fail(`mean rewards after ${way}.demo: ${curve.map(([, mean]) => mean).join(', ')}`)
  }
  return reward
}

/** Demonstrations of other kinds, of which nothing is learned in so short a time. @returns of which environments */
async function takes(context: CheckContext): Promise<string> {
  await recordEpisodes(context, 'grid', 4)
  const environments = { Grid: 'grid', Bubble25: 'bubble/25' }
  for (const [behavior, environment] of Object.entries(environments)) {
    const [build, demonstrations] = [`${behavior}.x86_64`, `${behavior}.demo`]
    await context.understudy(['env', 'launcher', '--env', environment, '--agents', '4', '--out', build])
    await context.understudy(['demos', 'export', '--env', environment, '--out', demonstrations])
    const imitation = { cloning: behavior, gail: behavior }
    const { code, scalars, said } = await train(context, behavior, imitation, { build, behavior, steps: 400 })
    const missing = [CLONING, ...GAIL].filter((name) => (scalars[name] ?? []).length === 0)
    if (code !== 0 || missing.length > 0) {
      context.fail(`${demonstrations}: code ${code}, without ${missing.join(', ')}: ${said.slice(-600)}`)
    }
  }
  return Object.values(environments).join(' and ')
}

/** Demonstrations of what the trainer does not train. @returns what it says of them */
async function refuses(context: CheckContext): Promise<string> {
  await context.understudy(['demos', 'export', '--env', 'bubble/25', '--out', 'bubbles.demo'])
  writeFileSync(join(context.folder, 'short.jsonl'), jsonl.write([shortLine()]))
  const [report] = await context.understudyJson<{ added: number[] }>(['demos', 'import', 'short.jsonl'])
  await context.understudy(['demos', 'export', String(report!.added[0]), '--out', 'short.demo'])
  const expected = {
    bubbles: /The actions .* in demonstration/,
    short: /The shape .* for observation 0 in demonstration/,
  }
  for (const [name, error] of Object.entries(expected)) {
    for (const imitation of [{ cloning: name }, { gail: name }]) {
      const { code, said } = await train(context, `not-${name}-${Object.keys(imitation)[0]}`, imitation)
      if (code === 0 || !error.test(said)) context.fail(`${name}.demo: code ${code}, ${said.slice(-600)}`)
    }
  }
  return 'other actions, another observation'
}

/** The actions of Basic on a line of eight. */
function shortLine(): Episode {
  const steps = 3
  return {
    environment: {
      id: 'unity:short',
      version: 0,
      parameters: {},
      observations: [{ name: 'position', shape: [8] }],
      action: { continuous: 0, discrete: [3] },
    },
    seed: 1,
    player: { name: 'nobody', kind: 'scripted' },
    startedAtUs: 1,
    observations: Float32Array.from({ length: (steps + 1) * 8 }, (_, i) => Number(i % 8 === i >> 3)),
    continuous: new Float32Array(0),
    discrete: new Int32Array(steps).fill(2),
    rewards: new Float32Array(steps).fill(1),
    timesUs: Float64Array.from({ length: steps }, (_, i) => i),
    terminated: true,
    truncated: false,
    success: true,
    tags: [],
    note: '',
    rating: 0,
  }
}
