/** Policies of every kind with random weights, as they act here and as files for others. */
import {
  type EnvironmentSpec,
  emptyAction,
  makeEnvironment,
  observationSize,
  randomPlayer,
  shapeSize,
} from '../../core/envs/index.ts'
import { ActionLayout } from '../../core/learn/networks/action-layout.ts'
import { Normalizer, seen } from '../../core/learn/networks/normalizer.ts'
import { buildPolicy, type PolicyShape, policyBindings } from '../../core/learn/networks/policy.ts'
import { exportPolicy } from '../../core/learn/networks/policy-export.ts'
import { networkSettings } from '../../core/learn/settings.ts'
import { Random } from '../../core/random.ts'
import { allocateParameters, Graph, loadRuntime, Parameters, type Value } from '../../core/tensor/index.ts'

export interface Kind {
  readonly name: string
  readonly spec: EnvironmentSpec
  readonly memory?: number
  /** Weights are so many times those with which training begins, so that choices differ; 3 when absent. */
  readonly gain?: number
  readonly continuousKind?: 'squashed' | 'clipped'
}

function made(name: string, action: EnvironmentSpec['action']): EnvironmentSpec {
  return { ...makeEnvironment('basic').spec, id: name, action }
}

export const KINDS: readonly Kind[] = [
  { name: 'bubble', spec: makeEnvironment('bubble/25').spec },
  { name: 'basic', spec: makeEnvironment('basic').spec },
  { name: 'images', spec: makeEnvironment('grid').spec, gain: 1.5 },
  { name: 'memory', spec: makeEnvironment('recall').spec, memory: 16 },
  { name: 'branches', spec: made('branches', { continuous: 0, discrete: [41, 3, 5], masked: true }) },
  { name: 'squashed', spec: made('squashed', { continuous: 3, discrete: [] }) },
  { name: 'clipped', spec: made('clipped', { continuous: 2, discrete: [] }), continuousKind: 'clipped' },
  { name: 'mixed', spec: made('mixed', { continuous: 2, discrete: [4] }) },
]

/** [rows, O] as seen in play; normal deviates where the environment is made up. */
export function observationsOf({ spec }: Kind, rows: number): Float32Array {
  const O = observationSize(spec)
  const all = new Float32Array(rows * O)
  const random = new Random(3)
  if (spec.id === 'branches' || spec.action.continuous > 0) return all.map(() => random.normal())
  const environment = makeEnvironment(spec.id)
  const player = randomPlayer(spec)
  const action = emptyAction(spec)
  const now = new Float32Array(O)
  let over = true
  for (let row = 0; row < rows; row++) {
    if (over) {
      environment.reset(row, now)
      player.begin(row)
      over = false
    } else {
      void player.act(environment, now, action)
      const { terminated, truncated } = environment.step(action, now)
      over = terminated || truncated
    }
    all.set(now, row * O)
  }
  return all
}

export interface Acting {
  /** Per group of branches [rows, size]; 'mean' [rows, C], squashed or clipped as it is sent to the environment. */
  readonly outputs: Readonly<Record<string, Float32Array>>
  readonly file: Uint8Array
}

/** What the training process would compute for these rows, one episode from the first to the last with memory. */
export async function actingOf(kind: Kind, observations: Float32Array): Promise<Acting> {
  const { spec, memory = 0, gain = 3, continuousKind = 'squashed' } = kind
  const O = observationSize(spec)
  const rows = observations.length / O
  const normalizer = spec.observations.some(({ shape }) => shape.length === 3) ? null : new Normalizer(spec)
  normalizer?.update(observations)
  const shape: PolicyShape = {
    spec,
    layout: new ActionLayout(spec),
    settings: networkSettings.parse({
      hidden_units: 32,
      head_units: 16,
      memory: memory === 0 ? null : { memory_size: memory },
    }),
    normalizer,
    continuousKind,
    logitBound: 6,
  }
  const parameters = new Parameters('policy')
  const batch = memory === 0 ? rows : 1
  const graph = new Graph()
  const [x] = seen(normalizer, graph, graph.input('observation', [batch, O]))
  const past = memory === 0 ? null : { state: graph.input('memory', [1, memory]), kept: null }
  const { logits, mean, state } = buildPolicy(shape, graph, parameters, x, past)
  allocateParameters([parameters], new Random(8))
  for (let i = 0; i < parameters.values.length; i++) parameters.values[i] = parameters.values[i]! * gain
  const outputs: Record<string, Value> = {}
  logits.forEach((value, g) => {
    outputs[`logits_${g}`] = value
  })
  if (mean !== null) outputs.mean = mean
  if (state !== null) outputs.remembered = state
  const runtime = await loadRuntime('onnxruntime')
  const program = await runtime.compile({ outputs, bind: policyBindings(shape, parameters) })
  const collected: Record<string, Float32Array> = {}
  for (const [name, value] of Object.entries(outputs)) {
    collected[name] = new Float32Array((rows / batch) * shapeSize(value.shape))
  }
  for (let from = 0; from < rows; from += batch) {
    program.inputs.observation!.set(observations.subarray(from * O, (from + batch) * O))
    await program.run()
    for (const [name, all] of Object.entries(collected)) {
      all.set(program.outputs[name]!, (from / batch) * program.outputs[name]!.length)
    }
    if (memory > 0) program.inputs.memory!.set(program.outputs.remembered!)
  }
  await program.release()
  const bound = (raw: number) =>
    continuousKind === 'squashed' ? Math.tanh(raw) : Math.max(-3, Math.min(3, raw)) / 3
  if (collected.mean !== undefined) collected.mean = collected.mean.map(bound)
  return { outputs: collected, file: exportPolicy(shape, parameters) }
}
