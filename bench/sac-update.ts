/**
 * One whole update of soft actor-critic with discrete actions (Christodoulou 2019): a batch is drawn and copied in, the
 * gradients of two critics, the policy and the temperature are computed, three Adam steps and two Polyak steps taken.
 */
import { Random } from '../core/random.ts'
import {
  Adam,
  add,
  allocateParameters,
  exp,
  Graph,
  gradients,
  initializers,
  loadRuntime,
  logSoftmax,
  matmul,
  mean,
  minimum,
  mul,
  neg,
  oneHot,
  Parameters,
  type RuntimeName,
  relu,
  square,
  stopGradient,
  sub,
  sum,
  type Value,
} from '../core/tensor/index.ts'
import { type Benchmark, millisecondsPerCall } from './benchmark.ts'

export interface SacSize {
  readonly inputs: number
  readonly hidden: number
  readonly actions: number
  readonly batch: number
}

export const large: SacSize = { inputs: 512, hidden: 256, actions: 40, batch: 256 }
export const small: SacSize = { inputs: 128, hidden: 128, actions: 40, batch: 128 }

export interface SacUpdate {
  update(): Promise<void>
  release(): Promise<void>
}

const REPLAY_ROWS = 10_000
const GAMMA = 0.99
const TAU = 0.005
const LEARNING_RATE = 3e-4

export async function createSacUpdate(size: SacSize, engine: RuntimeName, threads = 2): Promise<SacUpdate> {
  const graph = new Graph()
  const sets = {
    critic1: new Parameters('critic1'),
    critic2: new Parameters('critic2'),
    target1: new Parameters('target1'),
    target2: new Parameters('target2'),
    policy: new Parameters('policy'),
    temperature: new Parameters('temperature'),
  }
  const losses = buildLosses(graph, size, sets)
  const learners = [sets.critic1, sets.critic2, sets.policy, sets.temperature]
  const weights = learners.flatMap((set) => set.of(graph))
  const slopes = gradients(losses, weights)
  allocateParameters(Object.values(sets), new Random(1))
  sets.target1.copyFrom(sets.critic1)
  sets.target2.copyFrom(sets.critic2)

  const runtime = await loadRuntime(engine)
  const program = await runtime.compile({
    outputs: Object.fromEntries(weights.map((weight, i) => [`d:${weight.name}`, slopes[i]!])),
    bind: Object.assign(
      {},
      ...Object.values(sets).map((set) => set.bindings()),
      ...learners.map((set) => set.gradientBindings()),
    ),
    threads,
  })
  const [critic1, critic2, policy, temperature] = learners.map(
    (set) => new Adam(set, { learningRate: LEARNING_RATE }),
  ) as [Adam, Adam, Adam, Adam]
  const draw = fillReplay(size, program.inputs)
  return {
    update: async () => {
      draw()
      await program.run()
      critic1.step({ follow: { target: sets.target1, tau: TAU } })
      critic2.step({ follow: { target: sets.target2, tau: TAU } })
      policy.step()
      temperature.step()
    },
    release: () => program.release(),
  }
}

type SetName = 'critic1' | 'critic2' | 'target1' | 'target2' | 'policy' | 'temperature'

function buildLosses(graph: Graph, size: SacSize, sets: Record<SetName, Parameters>): Value {
  const { inputs, actions, batch } = size
  const observation = graph.input('observation', [batch, inputs])
  const next = graph.input('next', [batch, inputs])
  const reward = graph.input('reward', [batch])
  const going = graph.input('going', [batch])
  const taken = oneHot(graph.input('action', [batch]), actions)
  const logAlpha = sets.temperature.use(graph, 'logAlpha', [], initializers.constantInit(-1))
  const alpha = stopGradient(exp(logAlpha))

  const nextLogP = logSoftmax(network(sets.policy, next, size))
  const nextQ = minimum(network(sets.target1, next, size), network(sets.target2, next, size))
  const nextValue = sum(mul(exp(nextLogP), sub(nextQ, mul(nextLogP, alpha))), 1)
  const goal = stopGradient(add(reward, mul(mul(going, GAMMA), nextValue)))

  const q1 = network(sets.critic1, observation, size)
  const q2 = network(sets.critic2, observation, size)
  const criticLoss = (q: Value): Value => mean(square(sub(sum(mul(q, taken), 1), goal)))

  const logP = logSoftmax(network(sets.policy, observation, size))
  const p = exp(logP)
  const policyLoss = mean(sum(mul(p, sub(mul(logP, alpha), stopGradient(minimum(q1, q2)))), 1))
  const entropy = stopGradient(neg(mean(sum(mul(p, logP), 1))))
  const temperatureLoss = mul(logAlpha, sub(entropy, 0.5 * Math.log(actions)))
  return add(add(criticLoss(q1), criticLoss(q2)), add(policyLoss, temperatureLoss))
}

function network(set: Parameters, x: Value, { inputs, hidden, actions }: SacSize): Value {
  const sizes = [inputs, hidden, hidden, actions]
  let y = x
  for (let layer = 1; layer < sizes.length; layer++) {
    const shape = [sizes[layer - 1]!, sizes[layer]!]
    const w = set.use(x.graph, `w${layer}`, shape, initializers.heNormal())
    const b = set.use(x.graph, `b${layer}`, [shape[1]!], initializers.zeros)
    y = add(matmul(y, w), b)
    if (layer < sizes.length - 1) y = relu(y)
  }
  return y
}

/** Fills a replay memory with noise. @returns a function that draws a batch from it into `inputs` */
function fillReplay(size: SacSize, inputs: Readonly<Record<string, Float32Array>>): () => void {
  const { inputs: width, actions, batch } = size
  const random = new Random(2)
  const column = (length: number, draw: () => number): Float32Array => Float32Array.from({ length }, draw)
  const observations = column(REPLAY_ROWS * width, () => random.uniform())
  const taken = column(REPLAY_ROWS, () => random.below(actions))
  const rewards = column(REPLAY_ROWS, () => random.normal())
  const going = column(REPLAY_ROWS, () => Number(random.uniform() > 0.05))
  return () => {
    for (let row = 0; row < batch; row++) {
      // The next observation is the row behind, as in a memory of whole episodes.
      const at = random.below(REPLAY_ROWS - 1)
      inputs.observation!.set(observations.subarray(at * width, (at + 1) * width), row * width)
      inputs.next!.set(observations.subarray((at + 1) * width, (at + 2) * width), row * width)
      inputs.action![row] = taken[at]!
      inputs.reward![row] = rewards[at]!
      inputs.going![row] = going[at]!
    }
  }
}

function benchmark(label: string, size: SacSize, engine: RuntimeName, calls: number): Benchmark {
  return {
    name: `sac-update/${label}/${engine}`,
    unit: 'ms',
    run: async () => {
      const { update, release } = await createSacUpdate(size, engine)
      const samples = await millisecondsPerCall(update, calls)
      await release()
      return samples
    },
  }
}

export const benchmarks: readonly Benchmark[] = [
  benchmark('512x256', large, 'onnxruntime', 30),
  benchmark('128x128', small, 'onnxruntime', 100),
  benchmark('512x256', large, 'tensorflow', 1),
  benchmark('128x128', small, 'tensorflow', 1),
]
