/**
 * What every learner comes to in a short run, as hashes: of its weights, of its metrics, and of the policy it exports. Two commits whose
 * lines agree on one machine learn the same, bit for bit; on another machine the numbers may be others.
 *
 *     node bin/run.js test/golden/fingerprints.ts [PART OF A NAME]
 *
 * A line is a case, a seed and three hashes. docs/decisions says why where a hash has changed.
 */
import { createHash } from 'node:crypto'
import {
  type Environment,
  emptyAction,
  makeEnvironment,
  observationSize,
  randomPlayer,
  scriptedPlayer,
} from '../../core/envs/index.ts'
import { makeActionBatch } from '../../core/experience/transitions.ts'
import {
  algorithmDefinition,
  type BehaviorSettings,
  behaviorSettings,
  type DemonstrationData,
} from '../../core/learn/index.ts'
import { Random } from '../../core/random.ts'
import { loadRuntime, Parameters } from '../../core/tensor/index.ts'

type Settings = Readonly<Record<string, unknown>>

const E = 4

const HYPERPARAMETERS: Readonly<Record<string, Settings>> = {
  sac: { batch_size: 32, buffer_init_steps: 80, steps_per_update: 4 },
  ppo: { batch_size: 32, buffer_size: 64, num_epoch: 2 },
  dqn: { batch_size: 32, buffer_init_steps: 80, steps_per_update: 4 },
  bc: { batch_size: 32 },
  es: { population: 4, max_evaluation_steps: 20 },
}

const MEMORY = { memory_size: 8, sequence_length: 4 }
const SMALL = { hidden_units: 16, head_units: 8 }

/** Environment and network: one of each kind of observation and action. */
const WORLDS = {
  basic: { environment: 'basic', network: SMALL },
  continuous: { environment: 'pendulum', network: { ...SMALL, normalize: true } },
  aligned: { environment: 'bubble/25', network: SMALL },
  convolution: { environment: 'grid', network: SMALL },
  memory: { environment: 'recall', network: { ...SMALL, memory: MEMORY } },
  'memory-continuous': { environment: 'pendulum', network: { ...SMALL, memory: MEMORY } },
} as const

/** What is learned from beside the reward. */
const LESSONS: Readonly<Record<string, Settings>> = {
  plain: {},
  gail: { reward_signals: { extrinsic: {}, gail: { strength: 0.5 } } },
  cloning: { behavioral_cloning: { steps: 1000, strength: 0.5 } },
  curiosity: { reward_signals: { extrinsic: {}, curiosity: { strength: 0.1 } } },
  rnd: { reward_signals: { extrinsic: {}, rnd: { strength: 0.1, gamma: 0.9 } } },
}

/** What an algorithm does not learn from. */
const UNTAUGHT: Readonly<Record<string, readonly string[]>> = {
  bc: Object.keys(LESSONS),
  es: Object.keys(LESSONS),
  dqn: ['cloning'],
}

/** Settings that change the course of an update, each in one world. */
const VARIANTS: readonly [name: string, world: keyof typeof WORLDS, algorithm: string, settings: Settings][] =
  [
    ['n-step', 'basic', 'sac', { hyperparameters: { n_step: 3 } }],
    ['entropy-in-target', 'aligned', 'sac', { hyperparameters: { entropy_in_target: true } }],
    ['demonstration-share', 'basic', 'sac', { hyperparameters: { demonstration_share: 0.5 } }],
    ['falling', 'continuous', 'sac', { hyperparameters: { learning_rate_schedule: 'linear' } }],
    ['critic-first', 'basic', 'sac', { hyperparameters: { policy_init_updates: 10 } }],
    ['n-step', 'basic', 'dqn', { hyperparameters: { n_step: 3, dueling: true } }],
    ['prioritized', 'aligned', 'dqn', { hyperparameters: { prioritized_replay: true } }],
    ['copies', 'basic', 'dqn', { hyperparameters: { tau: 1, target_update_interval: 5, double_q: false } }],
    ['demonstration-share', 'basic', 'dqn', { hyperparameters: { demonstration_share: 0.5 } }],
    ['scale-free', 'continuous', 'ppo', { hyperparameters: { value_clip: 'none', normalize_reward: true } }],
    ['range', 'basic', 'ppo', { hyperparameters: { value_clip: 'range' } }],
    ['scale-free', 'memory', 'ppo', { hyperparameters: { value_clip: 'none', normalize_reward: true } }],
  ]

interface Case {
  readonly name: string
  readonly environment: string
  readonly settings: BehaviorSettings
}

function caseOf(name: string, world: keyof typeof WORLDS, algorithm: string, more: Settings): Case {
  const { environment, network } = WORLDS[world]
  const settings = behaviorSettings.parse({
    trainer_type: algorithm,
    network_settings: network,
    max_steps: 400,
    ...more,
    hyperparameters: { ...HYPERPARAMETERS[algorithm], ...(more.hyperparameters as Settings) },
  })
  return { name: `${algorithm} ${world} ${name}`, environment, settings }
}

function cases(): Case[] {
  const worlds = Object.keys(WORLDS) as (keyof typeof WORLDS)[]
  return [
    ...Object.keys(HYPERPARAMETERS).flatMap((algorithm) =>
      worlds.flatMap((world) =>
        Object.entries(LESSONS)
          .filter(([lesson]) => lesson === 'plain' || !(UNTAUGHT[algorithm] ?? []).includes(lesson))
          .map(([lesson, more]) => caseOf(lesson, world, algorithm, more)),
      ),
    ),
    ...VARIANTS.map(([name, world, algorithm, more]) => caseOf(name, world, algorithm, more)),
  ]
}

/** Three episodes of the scripted player, or of one who plays at random where there is none. */
async function demonstrationsOf(environment: Environment): Promise<DemonstrationData> {
  const { spec } = environment
  const player = scriptedPlayer(spec) ?? randomPlayer(spec)
  const O = observationSize(spec)
  const rows: {
    observations: number[]
    nextObservations: number[]
    continuous: number[]
    discrete: number[]
  } = {
    observations: [],
    nextObservations: [],
    continuous: [],
    discrete: [],
  }
  const [rewards, terminated, truncated]: number[][] = [[], [], []]
  const observation = new Float32Array(O)
  const action = emptyAction(spec)
  for (let seed = 0; seed < 3; seed++) {
    environment.reset(seed, observation)
    player.begin(seed)
    for (let over = false; !over; ) {
      await player.act(environment, observation, action)
      rows.observations.push(...observation)
      rows.continuous.push(...action.continuous)
      rows.discrete.push(...action.discrete)
      const result = environment.step(action, observation)
      rows.nextObservations.push(...observation)
      rewards!.push(result.reward)
      terminated!.push(Number(result.terminated))
      truncated!.push(Number(result.truncated))
      over = result.terminated || result.truncated
    }
  }
  return {
    length: rewards!.length,
    observations: Float32Array.from(rows.observations),
    nextObservations: Float32Array.from(rows.nextObservations),
    continuous: Float32Array.from(rows.continuous),
    discrete: Int32Array.from(rows.discrete),
    rewards: Float32Array.from(rewards!),
    terminated: Uint8Array.from(terminated!),
    truncated: Uint8Array.from(truncated!),
  }
}

async function play({ environment: id, settings }: Case, seed: number): Promise<string> {
  const sets: Parameters[] = []
  const { initialize } = Parameters.prototype
  Parameters.prototype.initialize = function (...args) {
    sets.push(this)
    initialize.apply(this, args)
  }
  const environments = Array.from({ length: E }, () => makeEnvironment(id))
  const { spec } = environments[0]!
  const random = new Random(seed)
  const algorithm = await algorithmDefinition(settings.trainer_type)
    .create({
      spec,
      numEnvs: E,
      settings,
      demonstrations: await demonstrationsOf(makeEnvironment(id)),
      runtime: await loadRuntime('onnxruntime'),
      random,
      threads: 1,
    })
    .finally(() => {
      Parameters.prototype.initialize = initialize
    })
  const [O, C, D] = [observationSize(spec), spec.action.continuous, spec.action.discrete.length]
  const width = spec.action.masked ? spec.action.discrete.reduce((sum, size) => sum + size, 0) : 0
  const seeds = new Random(seed + 77)
  const batch = {
    observations: new Float32Array(E * O),
    nextObservations: new Float32Array(E * O),
    actions: makeActionBatch(E, C, D),
    rewards: new Float32Array(E),
    terminated: new Uint8Array(E),
    truncated: new Uint8Array(E),
    masks: width === 0 ? null : new Uint8Array(E * width).fill(1),
  }
  const row = (e: number) => batch.observations.subarray(e * O, (e + 1) * O)
  const allow = (e: number) =>
    environments[e]!.writeActionMask?.(batch.masks!.subarray(e * width, (e + 1) * width))
  environments.forEach((environment, e) => {
    environment.reset(seeds.nextUint32(), row(e))
    if (width > 0) allow(e)
  })
  const action = emptyAction(spec)
  await algorithm.prepare()
  for (let step = 0; step < 60; step++) {
    await algorithm.act(batch.observations, batch.masks, batch.actions)
    environments.forEach((environment, e) => {
      action.continuous.set(batch.actions.continuous.subarray(e * C, (e + 1) * C))
      action.discrete.set(batch.actions.discrete.subarray(e * D, (e + 1) * D))
      const result = environment.step(action, batch.nextObservations.subarray(e * O, (e + 1) * O))
      batch.rewards[e] = result.reward
      batch.terminated[e] = Number(result.terminated)
      batch.truncated[e] = Number(result.truncated || (!result.terminated && step % 17 === 16))
    })
    algorithm.observe(batch)
    batch.observations.set(batch.nextObservations)
    environments.forEach((environment, e) => {
      if (batch.terminated[e] === 1 || batch.truncated[e] === 1) environment.reset(seeds.nextUint32(), row(e))
      if (width > 0) allow(e)
    })
    await algorithm.update()
  }
  const weights = createHash('sha256')
  for (const set of sets.sort((a, b) => a.prefix.localeCompare(b.prefix))) weights.update(set.values)
  const found = Object.entries(algorithm.metrics.drain()).sort(([a], [b]) => a.localeCompare(b))
  const policy = createHash('sha256').update(algorithm.exportPolicy())
  await algorithm.release()
  const metrics = createHash('sha256').update(JSON.stringify(found))
  return [weights, metrics, policy].map((hash) => hash.digest('hex').slice(0, 16)).join(' ')
}

for (const one of cases()) {
  if (process.argv[2] !== undefined && !one.name.includes(process.argv[2])) continue
  for (const seed of [1, 2]) {
    const line = await play(one, seed).catch((error: Error) => `refused: ${error.message}`)
    process.stdout.write(`${one.name} ${seed}: ${line}\n`)
  }
}
process.exit(0)
