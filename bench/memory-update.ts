/**
 * What a memory costs: whole updates of SAC and PPO on basic with and without one, in alternation, since a machine drifts by
 * more than a block takes: node bin/run.js bench/memory-update.ts
 * Processor time, which with one thread is what the clock shows on a quiet machine and says less about what else runs.
 */
import { emptyAction, makeEnvironment } from '../core/envs/index.ts'
import { behaviorSettings, makeAlgorithm } from '../core/learn/index.ts'
import { Random } from '../core/random.ts'
import { VectorEnvironment } from '../core/rollout/vector.ts'
import { loadRuntime } from '../core/tensor/index.ts'
import { median } from './benchmark.ts'

const NUM_ENVS = 8
const WARM_STEPS = 1_024
const ROUNDS = 9
const memories = [null, { memory_size: 64, sequence_length: 16 }, { memory_size: 128, sequence_length: 64 }]

interface Learner {
  readonly label: string
  readonly compileMs: number
  /** @returns milliseconds of processor time per gradient */
  block(): Promise<number>
  release(): Promise<void>
}

/** 2 layers of 128 units, 128 steps per gradient, 1 thread, whatever the memory. */
async function createLearner(trainer: 'sac' | 'ppo', memory: (typeof memories)[number]): Promise<Learner> {
  const hyperparameters =
    trainer === 'sac'
      ? { batch_size: 128, buffer_init_steps: WARM_STEPS, steps_per_update: 1 }
      : { batch_size: 128, buffer_size: WARM_STEPS, num_epoch: 3 }
  const { spec } = makeEnvironment('basic')
  const start = process.cpuUsage()
  const algorithm = await makeAlgorithm(trainer, {
    spec,
    numEnvs: NUM_ENVS,
    settings: behaviorSettings.parse({
      trainer_type: trainer,
      hyperparameters,
      network_settings: { hidden_units: 128, num_layers: 2, memory },
    }),
    demonstrations: null,
    runtime: await loadRuntime('onnxruntime'),
    random: new Random(1),
    threads: 1,
  })
  const { user, system } = process.cpuUsage(start)
  const compileMs = (user + system) / 1000
  const vector = new VectorEnvironment(() => makeEnvironment('basic'), NUM_ENVS, { seed: 1 })
  const random = new Random(2)
  const choices = emptyAction(spec).discrete.length
  const play = async () => {
    await algorithm.act(vector.observations, vector.masks, vector.actions)
    for (let i = 0; i < NUM_ENVS * choices; i++) vector.actions.discrete[i] = random.below(3)
    algorithm.observe(vector.step())
  }
  return {
    label: memory === null ? 'none' : `${memory.memory_size} numbers, ${memory.sequence_length} steps`,
    compileMs,
    block: async () => {
      for (;;) {
        await play()
        const start = process.cpuUsage()
        const made = await algorithm.update()
        const { user, system } = process.cpuUsage(start)
        if (made > 0) return (user + system) / 1000 / made
      }
    },
    release: () => algorithm.release(),
  }
}

for (const trainer of ['sac', 'ppo'] as const) {
  const learners: Learner[] = []
  for (const memory of memories) learners.push(await createLearner(trainer, memory))
  const times = learners.map((): number[] => [])
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, learner] of learners.entries()) {
      const time = await learner.block()
      if (round > 0) times[i]!.push(time)
    }
  }
  const base = times[0]!
  for (const [i, { label, compileMs }] of learners.entries()) {
    const ratios = times[i]!.map((time, round) => time / base[round]!)
    console.log(
      `${trainer}  ${label.padEnd(24)} ${median(times[i]!).toFixed(2).padStart(7)} ms per gradient` +
        `  x${median(ratios).toFixed(1)}  (x${Math.min(...ratios).toFixed(1)} to x${Math.max(...ratios).toFixed(1)})` +
        `  built in ${(compileMs / 1000).toFixed(1)} s`,
    )
  }
  for (const learner of learners) await learner.release()
}
