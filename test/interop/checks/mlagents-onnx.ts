/**
 * Policies that ML-Agents' own trainer has trained in environments of ours and exported are taken in: they act as ONNX
 * Runtime for Python says, and those that have learned play as well as the trainer reported.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type EnvironmentSpec,
  makeEnvironment,
  observationSize,
  type ParameterValue,
  shapeSize,
} from '../../../core/envs/index.ts'
import { type PolicyActions, readPolicy } from '../../../core/evaluate/index.ts'
import { Random } from '../../../core/random.ts'
import { MIXED } from '../../remote/mlagents/mixed.ts'
import type { CheckContext, InteropCheck } from '../check.ts'
import { observationsOf } from '../policies.ts'

export const check: InteropCheck = {
  name: 'mlagents-onnx',
  row: "Agents in: what ML-Agents' trainer exports",
  venv: 'mlagents',
  packages: ['mlagents', 'torch', 'onnxscript', 'onnx', 'onnxruntime', 'numpy'],
  run,
}

const ROWS = 500
const TOLERANCE = 1e-5

interface Case {
  readonly name: string
  readonly environment: string
  readonly parameters?: Readonly<Record<string, ParameterValue>>
  readonly agents: number
  readonly steps: number
  readonly algorithm?: 'ppo' | 'sac'
  /** Further settings of the network. */
  readonly network?: string
  /** TorchScript, which was torch's default up to 2.8, and the only way that exports a memory. */
  readonly oldExporter?: true
  /** Mean reward that it must reach. */
  readonly goal?: number
}

const CASES: readonly Case[] = [
  { name: 'basic', environment: 'basic', agents: 16, steps: 6000, goal: 0.85 },
  {
    name: 'memory',
    environment: 'recall',
    agents: 16,
    steps: 10_000,
    network: 'memory: {memory_size: 16, sequence_length: 16}',
    oldExporter: true,
    goal: 0.85,
  },
  { name: 'branches', environment: 'bubble/25', agents: 2, steps: 300 },
  {
    name: 'continuous',
    environment: 'bubble/25',
    parameters: { action: 'continuous' },
    agents: 2,
    steps: 300,
  },
  {
    name: 'squashed',
    environment: 'bubble/25',
    parameters: { action: 'continuous' },
    agents: 2,
    steps: 300,
    algorithm: 'sac',
    oldExporter: true,
  },
  { name: 'images', environment: 'grid', agents: 2, steps: 100, oldExporter: true },
  { name: 'mixed', environment: MIXED, agents: 2, steps: 300, network: 'vis_encode_type: fully_connected' },
]

const PLUGIN = ['--plugin', join(import.meta.dirname, '../../remote/mlagents/mixed.ts')]

interface Report {
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>
  readonly outputs: readonly string[]
  readonly opset: number
  readonly ir: number
  readonly producer: string
  /** Whether weights lie in another file. */
  readonly beside: boolean
}

async function run(context: CheckContext): Promise<string> {
  const said: string[] = []
  for (const one of CASES) {
    const { file, reward } = await train(context, one)
    const report = await compare(context, one, file)
    const form = `opset ${report.opset}, IR ${report.ir}${report.beside ? ', weights beside' : ''}`
    const played = await play(context, one, file, reward)
    said.push(`${one.name} (${form}${played})`)
  }
  return `${said.join('; ')}: ${ROWS} observations each, random masks: the same actions and memory`
}

/** @returns the file, and the mean reward that the trainer reported last */
async function train(context: CheckContext, one: Case): Promise<{ file: string; reward: number }> {
  const { name, environment, parameters, agents, oldExporter } = one
  const given = parameterOptions(parameters)
  const scene = ['--env', environment, '--agents', `${agents}`, ...given, '--behavior', 'Player']
  await context.understudy([...PLUGIN, 'env', 'launcher', ...scene, '--out', `${name}.x86_64`])
  writeFileSync(join(context.folder, `${name}.yaml`), configuration(one))
  const { code, said, curve } = await context.python<{
    code: number
    said: string
    curve: [number, number][]
  }>('mlagents-run.py', [`${name}.yaml`, `${name}.x86_64`, name, ...(oldExporter ? ['--old-exporter'] : [])])
  if (code !== 0) context.fail(`the trainer ended with ${code}: ${said.slice(-600)}`)
  const folder = join('results', name, 'Player')
  const file = readdirSync(join(context.folder, folder)).find((found) => found.endsWith('.onnx'))
  return { file: join(folder, file!), reward: curve.at(-1)?.[1] ?? Number.NaN }
}

function parameterOptions(parameters: Case['parameters'] = {}): string[] {
  return Object.entries(parameters).flatMap(([key, value]) => ['--parameter', `${key}=${value}`])
}

function configuration({ algorithm = 'ppo', steps, network = '' }: Case): string {
  return `behaviors:
  Player:
    trainer_type: ${algorithm}
    hyperparameters: {batch_size: 64, buffer_size: 512, learning_rate: 3.0e-3}
    network_settings: {hidden_units: 32, num_layers: 1, normalize: true, ${network}}
    reward_signals:
      extrinsic: {gamma: 0.95, strength: 1.0}
    max_steps: ${steps}
    time_horizon: 16
    summary_freq: 1000
`
}

/** Acts on the same inputs here and there. */
async function compare(context: CheckContext, { name, environment, parameters }: Case, file: string) {
  const { spec } = makeEnvironment(environment, parameters)
  const observations = observationsOf({ name, spec }, ROWS)
  const masks = randomMasks(spec)
  writeInputs(context, name, spec, observations, masks)
  const report = await context.python<Report>('mlagents-onnx.py', [file, name, `${ROWS}`])

  const policy = await readPolicy(spec, join(context.folder, file))
  context.expectEqual(`the form of ${name}`, policy.form, 'ml-agents-3')
  const O = observationSize(spec)
  const W = masks.length / ROWS
  const steps: PolicyActions[] = []
  let memory = new Float32Array(policy.memorySize)
  // Without memory all rows at once.
  const rows = policy.memorySize > 0 ? 1 : ROWS
  for (let from = 0; from < ROWS; from += rows) {
    const now = await policy.act(
      {
        rows,
        observations: observations.subarray(from * O, (from + rows) * O),
        masks: W === 0 ? null : masks.subarray(from * W, (from + rows) * W),
        memory,
      },
      null,
    )
    memory = Float32Array.from(now.memory)
    steps.push({ ...now, memory })
  }
  await policy.release()
  const read = (output: string) => {
    const bytes = readFileSync(join(context.folder, `${name}.${output}.f32`))
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  }
  const near = (output: string, ours: readonly number[], tolerance: number) => {
    const theirs = read(output)
    context.expectEqual(`${name}: numbers in ${output}`, ours.length, theirs.length)
    const at = ours.findIndex((value, i) => !(Math.abs(value - theirs[i]!) <= tolerance))
    if (at >= 0) context.fail(`${name}: ${output} ${at} is ${ours[at]}, theirs ${theirs[at]}`)
    if (new Set(ours).size < 2) context.fail(`${name}: ${output} is always the same, which compares nothing`)
  }
  if (spec.action.discrete.length > 0) {
    near(
      'deterministic_discrete_actions',
      steps.flatMap(({ discrete }) => [...discrete]),
      0,
    )
  }
  if (spec.action.continuous > 0) {
    near(
      'deterministic_continuous_actions',
      steps.flatMap(({ continuous }) => [...continuous]),
      TOLERANCE,
    )
  }
  if (policy.memorySize > 0)
    near(
      'recurrent_out',
      steps.flatMap((step) => [...step.memory]),
      TOLERANCE,
    )
  return report
}

/** [ROWS, sum of branches] with at least one action allowed in each branch. */
function randomMasks({ action: { discrete } }: EnvironmentSpec): Uint8Array {
  const random = new Random(8)
  const rows = Array.from({ length: ROWS }, () =>
    discrete.flatMap((size) => {
      const always = random.below(size)
      return Array.from({ length: size }, (_, i) => Number(i === always || random.uniform() < 0.7))
    }),
  )
  return Uint8Array.from(rows.flat())
}

function writeInputs(
  { folder }: CheckContext,
  name: string,
  spec: EnvironmentSpec,
  observations: Float32Array,
  masks: Uint8Array,
): void {
  const O = observationSize(spec)
  let from = 0
  for (const [i, { shape }] of spec.observations.entries()) {
    const size = shapeSize(shape)
    const part = new Float32Array(ROWS * size)
    for (let row = 0; row < ROWS; row++) {
      part.set(observations.subarray(row * O + from, row * O + from + size), row * size)
    }
    writeFileSync(join(folder, `${name}.obs_${i}.f32`), new Uint8Array(part.buffer))
    from += size
  }
  writeFileSync(join(folder, `${name}.action_masks.f32`), new Uint8Array(Float32Array.from(masks).buffer))
}

/** Takes the file into the library and lets it play, by its likeliest actions. @returns what it came to */
async function play(
  context: CheckContext,
  { name, environment, parameters, goal }: Case,
  file: string,
  reward: number,
): Promise<string> {
  const episodes = 20
  const [agent] = await context.understudyJson([
    ...[...PLUGIN, 'agents', 'import', file, '--env', environment, ...parameterOptions(parameters)],
  ])
  const [evaluation] = await context.understudyJson<{ episodes: number; points?: { mean: number } }>([
    ...[...PLUGIN, 'evaluate', String(agent!.id), '--episodes', `${episodes}`],
  ])
  context.expectEqual(`episodes of ${name}`, evaluation!.episodes, episodes)
  if (goal === undefined) return ', imported'
  const { mean } = evaluation!.points!
  if (!(reward >= goal)) context.fail(`${name}: the trainer reached ${reward}`)
  // It was trained drawing its actions, which costs something.
  if (!(mean >= reward - 0.02)) context.fail(`${name}: ${mean} here, the trainer reported ${reward}`)
  return `, trainer's mean reward ${reward}, imported ${mean.toFixed(2)}`
}
